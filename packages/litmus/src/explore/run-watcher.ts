import type { Machine } from '@cg/machine';
import type { SurfaceLayout } from '@cg/surface-layout';

/** A surface of a program, where it lies now. */
export interface WatchedSurface {
  readonly name: string;
  readonly layout: SurfaceLayout;
  /** The buffer or surface whose bytes it shares, by its name in findings and timelines. */
  readonly content: { readonly name: string };
  /** First byte of it there. */
  readonly offset: number;
}

/** The objects of a run, for a watcher of its machine's events. */
export interface WatchedRun {
  readonly machine: Machine;
  /** A surface by its id on the device. */
  surfaceOf(sid: number): WatchedSurface | undefined;
  /** All surfaces that exist; those that `check` copies to are among them. */
  surfaces(): Iterable<WatchedSurface>;
}

/** Follows a run. The timeline of the options tells stores and loads, `machine.listen` the rest. */
export interface RunWatcher {
  /** The machine is made, and no step has run. */
  readonly onStart?: (run: WatchedRun) => void;
  /** A step begins, from 1; or one goes on that another was run in the middle of, or that had to wait. */
  readonly onStep?: (step: number) => void;
}
