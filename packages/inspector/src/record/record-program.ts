import {
  chainText,
  findingText,
  printStatement,
  runProgram,
  Timeline,
  type Program,
  type RunOptions,
  type RunResult,
  type TimelineEvent,
  type WatchedRun,
} from '@cg/litmus';
import { Recorder, type RecorderOptions } from '../recording/recorder.js';
import type { Recording } from '../recording/recording.js';
import type { PlacedSurface, SurfaceDirectory } from '../recording/surface-directory.js';

/** Options of a recorded program, and of its run. */
export interface RecordProgramOptions
  extends Pick<RunOptions, 'configure' | 'method'>, Pick<RecorderOptions, 'maxEvents' | 'maxPictureBytes'> {
  readonly title?: string;
}

/** A program's surfaces where they are now, as its oracle follows them. */
class ProgramSurfaces implements SurfaceDirectory {
  constructor(
    readonly run: WatchedRun,
    readonly timeline: Timeline,
  ) {}

  ofId(sid: number) {
    return this.run.surfaceOf(sid);
  }

  inObject(object: number): PlacedSurface[] {
    return this.inContent(this.timeline.objects.get(object));
  }

  inContent(content: string | undefined): PlacedSurface[] {
    return [...this.run.surfaces()].filter((surface) => surface.content.name === content);
  }
}

/** Forwards accesses and findings to a recorder while the run notes them. */
class RecordedTimeline extends Timeline {
  recorder: Recorder | undefined;
  surfaces: ProgramSurfaces | undefined;

  override note(event: TimelineEvent): void {
    super.note(event);
    const { recorder } = this;
    const { kind, lane, content, start = 0, end = 0, text } = event;
    if ((kind === 'store' || kind === 'load') && content !== undefined) {
      for (const [object, name] of this.objects) {
        if (name === content) {
          recorder?.access(kind, lane, object, start, end);
          return;
        }
      }
    } else if (kind === 'finding') {
      this.#find(lane, content, start, end, text);
    }
  }

  /** A finding is one of bytes: it concerns each surface in them. */
  #find(lane: string, content: string | undefined, start: number, end: number, text: string): void {
    const { recorder, surfaces } = this;
    let isPlaced = false;
    for (const surface of surfaces?.inContent(content) ?? []) {
      const from = Math.max(start - surface.offset, 0);
      const to = Math.min(end - surface.offset, surface.layout.bytes);
      if (from < to) {
        recorder?.finding(lane, surface, from, to, text);
        isPlaced = true;
      }
    }
    if (!isPlaced) {
      recorder?.finding(lane, undefined, start, end, text);
    }
  }
}

/**
 * Runs a litmus program as `runProgram` does, and records it: a step is a statement, step 0 is before the first.
 * @throws as runProgram
 */
export function recordProgram(
  program: Program,
  options: RecordProgramOptions = {},
): { recording: Recording; result: RunResult } {
  const timeline = new RecordedTimeline();
  const { configure, method, title = 'litmus program', ...limits } = options;
  let recorder: Recorder | undefined;
  const result = runProgram(program, {
    ...(configure && { configure }),
    ...(method && { method }),
    timeline,
    watcher: {
      onStart(run) {
        const directory = new ProgramSurfaces(run, timeline);
        recorder = new Recorder(run.machine, { ...limits, title, directory });
        timeline.recorder = recorder;
        timeline.surfaces = directory;
      },
      onStep: (step) => recorder?.step(step, printStatement(program[step - 1])),
    },
  });
  if (recorder === undefined) {
    throw new Error('the run has not started'); // it has, or has thrown
  }
  recorder.stop();
  const [first] = result.findings;
  const explained = first && [findingText(first, program), ...chainText(first, timeline)];
  const recording = recorder.recording();
  return { recording: explained ? { ...recording, explained } : recording, result };
}
