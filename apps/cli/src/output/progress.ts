import { basename } from 'node:path';
import { SingleBar } from 'cli-progress';

/** A progress display; `update` takes the number of frames done. */
export interface Progress {
  readonly update: (done: number) => void;
  stop(): void;
}

const NONE: Progress = { update: () => {}, stop: () => {} };

/** A bar on standard error, where that is a terminal; nothing anywhere else. */
export function replayProgress(path: string, frames: number): Progress {
  if (!process.stderr.isTTY) {
    return NONE;
  }
  const bar = new SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    barsize: 30,
    format: `${basename(path).slice(0, 30)} {bar} {value}/{total} frames, {duration_formatted}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
  });
  bar.start(frames, 0);
  return { update: (done) => bar.update(done), stop: () => bar.stop() };
}
