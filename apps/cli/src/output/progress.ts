import { basename } from 'node:path';
import { SingleBar } from 'cli-progress';

/** A progress display; `update` takes how much is done. */
export interface Progress {
  readonly update: (done: number) => void;
  stop(): void;
}

const NONE: Progress = { update: () => {}, stop: () => {} };

/** The frames of a trace. */
export function replayProgress(path: string, frames: number): Progress {
  return progressBar(basename(path), frames, 'frames');
}

/** A bar on standard error if that is a terminal, otherwise nothing. */
export function progressBar(label: string, total: number, unit: string): Progress {
  if (!process.stderr.isTTY) {
    return NONE;
  }
  const bar = new SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    barsize: 30,
    format: `${label.slice(0, 30)} {bar} {value}/{total} ${unit}, {duration_formatted}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
  });
  bar.start(total, 0);
  return { update: (done) => bar.update(done), stop: () => bar.stop() };
}
