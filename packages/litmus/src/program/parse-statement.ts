import { formatByName } from '@cg/surface-layout';
import { faultPointNames } from '@cg/vmwgfx';
import { trackingMethods } from '@cg/machine';
import {
  countedNames,
  mapKinds,
  type ByteRange,
  type CopiedBox,
  type MachineStatement,
  type Statement,
  type SubmittedCommand,
  type SurfaceStatement,
} from './statement.js';
import type { Words } from './words.js';
import { preemptionPoints } from './preemption-points.js';

/** CPUs of a machine, and processes that a program may have. */
const MAX_CPUS = 4;
const NAME = /^[A-Za-z][\w.-]*$/;

/** Parses one line. @throws LitmusError EBADMSG */
export function parseStatement(words: Words): Statement {
  const word = words.take('a statement');
  const parse = parsers[word] as ((words: Words) => Statement) | undefined;
  if (!Object.hasOwn(parsers, word) || parse === undefined) {
    return words.fail(`no statement begins with "${word}": ${Object.keys(parsers).join(', ')}`);
  }
  return parse(words);
}

const parsers: Readonly<Record<string, (words: Words) => Statement>> = {
  machine: parseMachine,
  process: (words) => ({ kind: 'process', name: name(words, 'a name for the process') }),
  buffer: parseBuffer,
  surface: parseSurface,
  cpu: parseCpu,
  map: (words) => {
    const map = { kind: 'map', ...mapped(words) } as const;
    return words.isEmpty ? map : { ...map, as: words.oneOf('a way to map', mapKinds) };
  },
  unmap: parseUnmap,
  protect: (words) => ({
    kind: 'protect',
    ...mapped(words),
    access: words.oneOf('an access', ['none', 'read', 'write']),
  }),
  move: (words) => ({ kind: 'move', ...mapped(words) }),
  fork: (words) => ({
    kind: 'fork',
    process: name(words, 'a process'),
    child: name(words, 'a name for the child'),
  }),
  exit: (words) => ({ kind: 'exit', process: name(words, 'a process') }),
  submit: parseSubmit,
  switch: parseSwitch,
  evict: (words) => ({ kind: 'evict', name: name(words, 'a surface or buffer') }),
  destroy: (words) => ({ kind: 'destroy', name: name(words, 'a surface or buffer') }),
  wait: () => ({ kind: 'wait' }),
  fail: parseFail,
  at: parseAt,
  check: (words) => (words.isEmpty ? { kind: 'check' } : { kind: 'check', name: name(words, 'a surface') }),
  expect: parseExpect,
};

function name(words: Words, what: string): string {
  const word = words.take(what);
  return NAME.test(word) ? word : words.fail(`"${word}" is not a name`);
}

function mapped(words: Words): { process: string; name: string } {
  return { process: name(words, 'a process'), name: name(words, 'a surface or buffer') };
}

function range(words: Words): ByteRange {
  return { offset: words.offset(), bytes: words.integer('a number of bytes', 1, 2 ** 20) };
}

function parseMachine(words: Words): MachineStatement {
  const statement: { -readonly [K in keyof MachineStatement]: MachineStatement[K] } = { kind: 'machine' };
  while (!words.isEmpty) {
    const what = words.oneOf('a property of a machine', [
      'cpus',
      'method',
      'dx',
      'memory',
      'objects',
      'graphics',
      'delay',
      'shadow',
    ]);
    if (what === 'method') {
      statement.method = words.oneOf('a method', trackingMethods);
    } else if (what === 'dx' || what === 'shadow') {
      statement[what] = true;
    } else if (what === 'delay' && words.skip('random')) {
      statement.delay = 'random';
    } else {
      const [min, max] = machineLimits[what];
      statement[what] = words.integer(what, min, max);
    }
  }
  return statement;
}

const machineLimits = {
  cpus: [1, MAX_CPUS],
  memory: [1, 1024],
  objects: [2, 4096],
  graphics: [2, 65_536],
  delay: [0, 1000],
} as const;

function parseBuffer(words: Words): Statement {
  const buffer = name(words, 'a name for the buffer');
  const pages = words.integer('a number of pages', 1, 4096);
  if (!words.skip('pages')) {
    words.require('page');
  }
  return { kind: 'buffer', name: buffer, pages };
}

function parseSurface(words: Words): SurfaceStatement {
  const surface = name(words, 'a name for the surface');
  const format = words.take('a format');
  if (formatByName(format) === undefined) {
    return words.fail(`"${format}" is not a format`);
  }
  const [width, height = 1, depth = 1] = words.sizes('a size such as 64x64', 1);
  const statement = { mips: 1, layers: 1, samples: 1, cube: false, plain: false };
  let backing: SurfaceStatement['backing'];
  while (!words.isEmpty) {
    const what = words.oneOf('a property of a surface', ['mips', 'layers', 'samples', 'cube', 'plain', 'in']);
    if (what === 'in') {
      const buffer = name(words, 'a buffer');
      backing = { buffer, offset: words.isEmpty ? 0 : words.offset() };
    } else if (what === 'cube' || what === 'plain') {
      statement[what] = true;
    } else {
      statement[what] = words.integer(what, 1, 64);
    }
  }
  const shape = { kind: 'surface', name: surface, format, width, height, depth, ...statement } as const;
  return backing === undefined ? shape : { ...shape, backing };
}

function parseCpu(words: Words): Statement {
  const cpu = words.integer('a CPU', 0, MAX_CPUS - 1);
  const kind = words.oneOf('an operation of a CPU', ['store', 'load', 'runs']);
  return kind === 'runs'
    ? { kind: 'run', cpu, process: name(words, 'a process') }
    : { kind, cpu, name: name(words, 'a surface or buffer'), ...range(words), ...storedValue(kind, words) };
}

function storedValue(kind: 'store' | 'load', words: Words): { value?: number } {
  return kind === 'store' && words.skip('value') ? { value: words.integer('a value', 0, 255) } : {};
}

function parseUnmap(words: Words): Statement {
  const what = { kind: 'unmap', ...mapped(words) } as const;
  return words.isEmpty ? what : { ...what, range: range(words) };
}

function parseSubmit(words: Words): Statement {
  const commands: SubmittedCommand[] = [];
  do {
    commands.push(parseCommand(words));
  } while (words.skip(','));
  return { kind: 'submit', commands };
}

function parseCommand(words: Words): SubmittedCommand {
  const kind = words.oneOf('a command', ['copy', 'switch']);
  if (kind === 'switch') {
    return { kind, surface: name(words, 'a surface'), buffer: name(words, 'a buffer') };
  }
  const from = name(words, 'a surface');
  words.require('->');
  const to = name(words, 'a surface');
  if (words.peek !== 'box' && words.peek !== 'sub') {
    return { kind, from, to };
  }
  const subresource = words.skip('sub') ? words.integer('a subresource', 0, 65_535) : 0;
  words.require('box');
  return { kind, from, to, part: { subresource, box: box(words) } };
}

/** `XxYxZ WxHxD`. */
function box(words: Words): CopiedBox {
  const [x, y = 0, z = 0] = words.sizes('a corner such as 0x0x0', 0);
  const [width, height = 1, depth = 1] = words.sizes('a size such as 16x16x1', 1);
  return { x, y, z, width, height, depth };
}

/** Alone on a line it is a submission of one command. */
function parseSwitch(words: Words): Statement {
  const command = {
    kind: 'switch',
    surface: name(words, 'a surface'),
    buffer: name(words, 'a buffer'),
  } as const;
  if (!words.isEmpty && words.offset() !== 0) {
    return words.fail('BIND_GB_SURFACE names no offset: a surface is switched to +0');
  }
  return { kind: 'submit', commands: [command] };
}

function parseFail(words: Words): Statement {
  const point = words.oneOf('a fault point', faultPointNames);
  const after = words.skip('after') ? words.integer('a count', 0, 1000) : 0;
  const times = words.skip('times') ? words.integer('a count', 1, 1000) : 1;
  return { kind: 'fail', point, after, times };
}

function parseAt(words: Words): Statement {
  const point = words.oneOf('a preemption point', preemptionPoints);
  if (words.peek === 'at') {
    return words.fail('"at" cannot be nested');
  }
  const step = parseStatement(words);
  const stepped = ['store', 'load', 'submit', 'unmap', 'protect', 'move', 'evict'];
  return stepped.includes(step.kind)
    ? { kind: 'at', point, step }
    : words.fail(`"${step.kind}" cannot be used in "at"`);
}

function parseExpect(words: Words): Statement {
  const counted = words.oneOf('a counter', countedNames);
  const relation = words.skip('<=') ? '<=' : words.skip('>=') ? '>=' : '=';
  return { kind: 'expect', counted, relation, value: words.integer('a number', 0, 2 ** 31) };
}
