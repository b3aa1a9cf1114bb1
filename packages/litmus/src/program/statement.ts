import type { FaultPoint } from '@cg/vmwgfx';
import type { TrackingMethodName } from '@cg/machine';
import type { PreemptionPoint } from './preemption-points.js';

/** The machine that a program runs on; the runner chooses what is undefined. */
export interface MachineStatement {
  readonly kind: 'machine';
  readonly cpus?: number;
  readonly method?: TrackingMethodName;
  /** The device has DX. */
  readonly dx?: boolean;
  /** Mebibytes of memory. */
  readonly memory?: number;
  /** Limit of surfaces, and of MOBs, at a time. */
  readonly objects?: number;
  /** Limit of pages of buffer objects that the device sees. */
  readonly graphics?: number;
  /** Steps that a command buffer takes on the device; random: up to 8, another one for each. */
  readonly delay?: number | 'random';
  /** The driver compares what is dirty with what the device is known to have (rule 7.7). */
  readonly shadow?: boolean;
}

export interface SurfaceStatement {
  readonly kind: 'surface';
  readonly name: string;
  /** Name of an SVGA3D format, without its prefix. */
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly mips: number;
  readonly layers: number;
  readonly samples: number;
  readonly cube: boolean;
  /** Not coherent: without a buffer it exists on the device only. */
  readonly plain: boolean;
  readonly backing?: { readonly buffer: string; readonly offset: number };
}

/** A byte range of a mapping. */
export interface ByteRange {
  readonly offset: number;
  readonly bytes: number;
}

export interface AccessStatement extends ByteRange {
  readonly kind: 'store' | 'load';
  readonly cpu: number;
  /** The surface or buffer whose mapping is accessed. */
  readonly name: string;
  /** The value of each byte that is stored; undefined: others than were there. */
  readonly value?: number;
}

/** A box of a subresource, at the same place in source and destination. */
export interface CopiedBox {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
}

export interface CopyCommand {
  readonly kind: 'copy';
  readonly from: string;
  readonly to: string;
  /** All of the surface if undefined. */
  readonly part?: { readonly subresource: number; readonly box: CopiedBox };
}

interface SwitchCommand {
  readonly kind: 'switch';
  readonly surface: string;
  readonly buffer: string;
}

export type SubmittedCommand = CopyCommand | SwitchCommand;

/** What is counted while a program runs, for `expect`. */
export const countedNames = [
  'lost',
  'stale',
  'uploaded',
  'excess',
  'boxes',
  'readbacks',
  'failed',
  'blocked',
  'skipped',
] as const;
export type CountedName = (typeof countedNames)[number];
type Relation = '=' | '<=' | '>=';

/** Special kinds of mappings. */
export const mapKinds = ['private', 'huge'] as const;
export type MapKind = (typeof mapKinds)[number];

/** One line of a program. */
export type Statement =
  | MachineStatement
  | { readonly kind: 'process'; readonly name: string }
  | { readonly kind: 'buffer'; readonly name: string; readonly pages: number }
  | SurfaceStatement
  | { readonly kind: 'run'; readonly cpu: number; readonly process: string }
  | {
      readonly kind: 'map';
      readonly process: string;
      readonly name: string;
      /**
       * `private`, for loads only, as stores would go to private copies; or `huge`, aligned like the frames, so that
       * huge entries can map them. By default shared, at the lowest gap.
       */
      readonly as?: MapKind;
    }
  | {
      readonly kind: 'unmap';
      readonly process: string;
      readonly name: string;
      readonly range?: ByteRange;
    }
  | {
      readonly kind: 'protect';
      readonly process: string;
      readonly name: string;
      readonly access: 'none' | 'read' | 'write';
    }
  | { readonly kind: 'move'; readonly process: string; readonly name: string }
  | { readonly kind: 'fork'; readonly process: string; readonly child: string }
  | { readonly kind: 'exit'; readonly process: string }
  | AccessStatement
  | { readonly kind: 'submit'; readonly commands: readonly SubmittedCommand[] }
  | { readonly kind: 'evict'; readonly name: string }
  | { readonly kind: 'destroy'; readonly name: string }
  | { readonly kind: 'wait' }
  | { readonly kind: 'fail'; readonly point: FaultPoint; readonly after: number; readonly times: number }
  | { readonly kind: 'at'; readonly point: PreemptionPoint; readonly step: Statement }
  | { readonly kind: 'check'; readonly name?: string }
  | {
      readonly kind: 'expect';
      readonly counted: CountedName;
      readonly relation: Relation;
      readonly value: number;
    };

/** A statement and its line, in the parsed text or in the text to print. */
export interface ProgramLine {
  readonly line: number;
  readonly statement: Statement;
}

/** A program: its statements in order. */
export type Program = readonly Statement[];
