import type { Statement } from '../program/statement.js';
import type { RandomNumbers } from './random-numbers.js';
import type { Shape } from './random-shapes.js';

/** The objects of a random program at some step. */
export interface Situation {
  readonly random: RandomNumbers;
  readonly cpus: number;
  readonly surfaces: readonly {
    readonly name: string;
    readonly shape: Shape;
    readonly plain: boolean;
    /** Its initial location; it may have been switched since. */
    readonly backing?: { readonly buffer: string; readonly offset: number };
  }[];
  /** The first process; it has all buffers mapped initially. */
  readonly process: string;
  readonly buffers: readonly { readonly name: string; readonly pages: number }[];
  /** A process and a name that it has mapped. */
  readonly mapped: { readonly process: string; readonly name: string };
}

const PAGE = 4096;

/**
 * Short sequences of steps that random choice seldom produces, each of which leads to a known race.
 */
export const situations: readonly ((at: Situation) => Statement[])[] = [
  failingSwitches,
  failingReadBack,
  storeBehindTheScan,
  storeBehindProtect,
  storesAroundProtect,
  submissionInTheFault,
];

/** Two surfaces change their backing in one submission, which fails at some step (rule 6.3, C5). */
function failingSwitches({ random, surfaces, buffers }: Situation): Statement[] {
  const coherent = surfaces.filter(({ plain }) => !plain);
  const commands = coherent.slice(0, 2).flatMap(({ name, shape }) => {
    const fitting = buffers.filter(({ pages }) => pages * PAGE >= shape.bytes);
    return fitting.length === 0
      ? []
      : [{ kind: 'switch', surface: name, buffer: random.pick(fitting).name } as const];
  });
  if (commands.length === 0) {
    return [];
  }
  const point = random.pick(['tracker-charge', 'command-space', 'frames', 'id'] as const);
  return [
    { kind: 'fail', point, after: random.below(3), times: 1 },
    { kind: 'submit', commands },
  ];
}

/**
 * The device writes two surfaces in the same pages, a fault reads back both, and the second read-back fails (C3).
 */
function failingReadBack({ random, surfaces, process }: Situation): Statement[] {
  const pair = overlappingPair(surfaces);
  if (pair === undefined) {
    return [];
  }
  const copies = pair.both.flatMap((to) => {
    const from = surfaces.find((other) => !pair.both.includes(other) && other.shape === to.shape);
    return from === undefined ? [] : [{ kind: 'copy', from: from.name, to: to.name } as const];
  });
  const load = (page: number): Statement => ({
    kind: 'load',
    cpu: 0,
    name: pair.buffer,
    offset: page * PAGE,
    bytes: 8,
  });
  const point = random.pick(['command-space', 'device-error'] as const);
  return copies.length < 2
    ? []
    : [
        { kind: 'run', cpu: 0, process },
        load(pair.first),
        { kind: 'submit', commands: copies },
        { kind: 'fail', point, after: random.below(3), times: 1 },
        load(pair.shared),
        load(pair.first),
      ];
}

/** Two surfaces that share a page of a buffer: the page that one begins on, and a shared one. */
function overlappingPair(surfaces: Situation['surfaces']) {
  for (const first of surfaces) {
    for (const second of surfaces) {
      const [a, b] = [first.backing, second.backing];
      const isPair = first !== second && a !== undefined && a.buffer === b?.buffer;
      if (isPair && a.offset < b.offset && b.offset < a.offset + first.shape.bytes) {
        return {
          both: [first, second],
          buffer: a.buffer,
          first: a.offset / PAGE,
          shared: b.offset / PAGE,
        };
      }
    }
  }
  return undefined;
}

/** A surface by name, and another of the same shape; either may be undefined. */
function alike(surfaces: Situation['surfaces'], name: string) {
  const one = surfaces.find((surface) => surface.name === name);
  return [one, surfaces.find((other) => other !== one && other.shape === one?.shape)] as const;
}

/** A store to a surface that the device is about to write, between the scan and the unmapping (C8). */
function storeBehindTheScan({ random, cpus, surfaces, mapped }: Situation): Statement[] {
  const [to, from] = alike(surfaces, mapped.name);
  if (to?.shape.block === undefined || from === undefined) {
    return [];
  }
  const cpu = random.below(cpus);
  const store = {
    kind: 'store',
    cpu,
    name: to.name,
    offset: random.below(to.shape.bytes),
    bytes: 1,
  } as const;
  const box = { x: 0, y: 0, z: 0, width: to.shape.block, height: 1, depth: 1 };
  return [
    { kind: 'run', cpu, process: mapped.process },
    store,
    { kind: 'submit', commands: [{ kind: 'copy', from: to.name, to: from.name }] },
    { kind: 'at', point: 'submit: between scan and transfer', step: store },
    {
      kind: 'submit',
      commands: [{ kind: 'copy', from: from.name, to: to.name, part: { subresource: 0, box } }],
    },
  ];
}

/** mprotect has changed entries and not flushed them when a submission looks at them (A3). */
function storeBehindProtect({ random, cpus, surfaces, mapped }: Situation): Statement[] {
  const [from, to] = alike(surfaces, mapped.name);
  if (from === undefined || to === undefined) {
    return [];
  }
  const cpu = random.below(cpus);
  const store = {
    kind: 'store',
    cpu,
    name: from.name,
    offset: random.below(from.shape.bytes),
    bytes: 1,
  } as const;
  const copy = { kind: 'submit', commands: [{ kind: 'copy', from: from.name, to: to.name }] } as const;
  return [
    { kind: 'run', cpu, process: mapped.process },
    store,
    { kind: 'at', point: 'protect: between entries and flush', step: copy },
    { kind: 'at', point: 'submit: between commands and their effects', step: store },
    { kind: 'protect', ...mapped, access: 'read' },
    { kind: 'protect', ...mapped, access: 'write' },
    copy,
  ];
}

/** A store through a TLB entry from before mprotect removed write permission and restored it (rule 2.4). */
function storesAroundProtect({ random, cpus, surfaces, mapped }: Situation): Statement[] {
  const [from, to] = alike(surfaces, mapped.name);
  if (from === undefined || to === undefined) {
    return [];
  }
  const cpu = random.below(cpus);
  const offset = random.below(from.shape.bytes);
  const store = { kind: 'store', cpu, name: from.name, offset, bytes: 1 } as const;
  const copy = { kind: 'submit', commands: [{ kind: 'copy', from: from.name, to: to.name }] } as const;
  return [
    { kind: 'run', cpu, process: mapped.process },
    copy,
    store,
    { kind: 'protect', ...mapped, access: 'read' },
    { kind: 'protect', ...mapped, access: 'write' },
    copy,
    store,
    copy,
  ];
}

/** A submission between recording a write and making the entry writable (B6). */
function submissionInTheFault({ random, cpus, surfaces, mapped }: Situation): Statement[] {
  const [from, to] = alike(surfaces, mapped.name);
  if (from === undefined || to === undefined) {
    return [];
  }
  const cpu = random.below(cpus);
  const copy = { kind: 'submit', commands: [{ kind: 'copy', from: from.name, to: to.name }] } as const;
  const offset = random.below(from.shape.bytes);
  return [
    { kind: 'run', cpu, process: mapped.process },
    copy,
    { kind: 'load', cpu, name: from.name, offset, bytes: 1 },
    { kind: 'at', point: 'fault: between recorded write and writable entry', step: copy },
    { kind: 'store', cpu, name: from.name, offset, bytes: 1 },
    copy,
  ];
}

/** Pages of the buffer of `hugeBuffer`: more than a huge entry maps, wherever it begins. */
export const LARGE_PAGES = 1200;

/**
 * A part of a large buffer that was mapped by a huge entry before it was tracked (A4).
 */
export function hugeBuffer(process: string): Statement[] {
  const format = { kind: 'surface', format: 'A8R8G8B8', width: 1024, depth: 1, mips: 1, layers: 1 } as const;
  const plain = { samples: 1, cube: false, plain: false } as const;
  const at = { buffer: 'large', offset: 2 ** 21 };
  const store = { kind: 'store', cpu: 0, name: 'large', offset: 2 ** 21, bytes: 4 } as const;
  return [
    { kind: 'buffer', name: 'large', pages: LARGE_PAGES },
    { ...format, ...plain, name: 'placed', height: 1, backing: { buffer: 'large', offset: 0 } },
    { kind: 'check', name: 'placed' },
    { kind: 'destroy', name: 'placed' },
    { kind: 'map', process, name: 'large', as: 'huge' },
    store,
    { ...format, ...plain, name: 'huge', height: 16, backing: at },
    { kind: 'check', name: 'huge' },
    store,
    { kind: 'check', name: 'huge' },
  ];
}
