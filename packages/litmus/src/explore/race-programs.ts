import { preemptionPoints, type PreemptionPoint } from '../program/preemption-points.js';
import type { Program, Statement } from '../program/statement.js';
import { runProgram } from './run-program.js';
import { statementsOf } from './statements-of.js';

/** The start of every program, without the method. Two surfaces share a page of one buffer. */
const OBJECTS = `
process p1
buffer b1 8 pages
buffer b2 8 pages
surface s1 A8R8G8B8 64x32 in b1 +0
surface s2 A8R8G8B8 64x32 in b1 +4096
surface s3 A8R8G8B8 64x32
surface s4 A8R8G8B8 64x32 plain
map p1 s1
map p1 s2
map p1 s3
map p1 b1
map p1 b2
`;

const WRITE = 'submit copy s4 -> s1';
const READ = 'submit copy s1 -> s3';

/** What has happened before the race. */
const PREAMBLES = [
  '',
  'cpu 0 store s1 +0 4\ncpu 1 store b1 +4096 8',
  `cpu 0 store s1 +0 4\n${WRITE}`,
  `cpu 0 store b1 +0 4\ncpu 1 store s2 +100 4\n${READ}\nsubmit copy s2 -> s3`,
  'submit copy s4 -> s2\ncpu 1 store b1 +4200 4\ncpu 0 store s1 +0 4',
  'submit copy s4 -> s1, copy s4 -> s2\ncpu 0 load b1 +0 4',
  `cpu 0 store b1 +0 4\n${READ}\ndestroy s1\ndestroy s2`,
];

/** The operations that are interrupted. */
const OPERATIONS = [
  READ,
  WRITE,
  'submit copy s2 -> s3',
  'submit switch s1 b2',
  'submit switch s3 b1',
  'evict s1',
  'evict b1',
  'destroy s1',
  'destroy b1',
  'surface s5 A8R8G8B8 64x32 in b1 +8192',
  'surface s5 A8R8G8B8 64x32 in b1 +0',
  'surface s5 A8R8G8B8 64x32 in b2 +0',
  'unmap p1 s1',
  'unmap p1 b1',
  'move p1 b1',
  'protect p1 b1 read',
  'protect p1 s1 none',
  'fork p1 p2',
  'cpu 0 load s1 +0 4',
  'cpu 0 store s1 +8 4',
  'cpu 0 store b1 +4100 4',
  'cpu 0 store b2 +0 4',
  'check',
];

/** The steps of another CPU in the middle of them. */
const STEPS = [
  'cpu 1 store s1 +16 4',
  'cpu 1 store b1 +4104 4',
  'cpu 0 store b1 +8200 4',
  'cpu 1 store b2 +16 4',
  'cpu 1 load b1 +0 4',
  READ,
  WRITE,
  'submit copy s4 -> s3',
  'submit copy s4 -> s2',
  'submit switch s1 b2',
  'submit switch s3 b1',
  'unmap p1 b1',
  'move p1 s1',
  'protect p1 s1 read',
  'protect p1 b1 none',
  'evict s1',
  'evict b1',
  'evict s3',
];

/** What shows a loss. */
const ENDS = [
  'protect p1 s1 write\nprotect p1 b1 write\nmap p1 b1',
  `protect p1 b1 write\ncpu 0 store b1 +0 4\ncpu 1 store b1 +8204 4\nsubmit copy s2 -> s3\n${READ}`,
  [
    'destroy s1',
    'surface s7 A8R8G8B8 64x32 in b1 +0',
    'map p1 s7',
    'surface s8 A8R8G8B8 64x32 in b2 +0',
    'submit copy s4 -> s7',
    'submit copy s8 -> s3',
    'cpu 0 load s7 +0 8',
  ].join('\n'),
];

const METHODS = ['scan', 'trap'] as const;

const parsed = (texts: readonly string[]): Program[] => texts.map((text) => statementsOf(text, OBJECTS));
const [preambles, operations, steps, ends] = [PREAMBLES, OPERATIONS, STEPS, ENDS].map(parsed);
const objects = statementsOf(OBJECTS, '');

/** The buffers that a text is about: s1 and s2 are in b1, s3 has its own; undefined for all. */
function buffersOf(text: string): ReadonlySet<string> | undefined {
  const names = text.match(/\b[bs]\d\b/g)?.map((name) => (/s[125]/.test(name) ? 'b1' : name));
  return names === undefined ? undefined : new Set(names.filter((name) => name !== 's4'));
}

/** Whether a step cannot meet an operation: they are about different buffers. */
function isApart(operation: string, step: string): boolean {
  const [one, other] = [buffersOf(operation), buffersOf(step)];
  return one !== undefined && other !== undefined && [...one].every((name) => !other.has(name));
}

/** For each operation, whether each step is apart from it. */
const apart = OPERATIONS.map((operation) => STEPS.map((step) => isApart(operation, step)));

/** The points that an operation reaches, by the number of the method, the preamble and the operation. */
const reached = new Map<number, ReadonlySet<string>>();

const COUNTS = [
  METHODS.length,
  PREAMBLES.length,
  OPERATIONS.length,
  preemptionPoints.length,
  STEPS.length,
  ENDS.length,
] as const;

/** The number of races, with those that cannot happen. */
export const raceCount = COUNTS.reduce((product, count) => product * count, 1);

/**
 * The program of a number: each step at each preemption point of each operation, after each preamble, with each method
 * and each end. Undefined if the operation does not reach the point, if the step is about another buffer or does not
 * apply, or if it has to wait: then it goes on at a later point, or after the operation, which is another program.
 */
export function raceProgram(number: number): Program | undefined {
  const digits: number[] = [];
  let left = number;
  for (const count of COUNTS.toReversed()) {
    digits.unshift(left % count);
    left = Math.floor(left / count);
  }
  const [method, preamble, operation, point, step, end] = digits;
  const name = preemptionPoints[point];
  if (apart[operation][step] || !pointsOf(method, preamble, operation).has(name)) {
    return undefined;
  }
  const race: Statement = { kind: 'at', point: name, step: steps[step][0] };
  const raced = [...startOf(method, preamble), race, ...operations[operation]];
  return happens(Math.floor(number / ENDS.length), raced)
    ? [...raced, ...ends[end], { kind: 'check' }]
    : undefined;
}

/** The last race without its end, and whether it happens: its other ends come next. */
let last = { race: -1, happens: false };

function happens(race: number, raced: Program): boolean {
  if (last.race !== race) {
    const { counts } = runProgram(raced, { checked: false });
    last = { race, happens: counts.blocked === 0 && counts.skipped === 0 };
  }
  return last.happens;
}

function startOf(method: number, preamble: number): Program {
  return [{ kind: 'machine', cpus: 2, method: METHODS[method] }, ...objects, ...preambles[preamble]];
}

/** Runs an operation alone to see which points it reaches. */
function pointsOf(method: number, preamble: number, operation: number): ReadonlySet<string> {
  const key = (method * PREAMBLES.length + preamble) * OPERATIONS.length + operation;
  let points = reached.get(key) as Set<string> | undefined;
  if (points === undefined) {
    const found = new Set<PreemptionPoint>();
    const program = [...startOf(method, preamble), ...operations[operation]];
    const last = program.length;
    runProgram(program, {
      onPoint: (point, step) => {
        if (step === last) {
          found.add(point);
        }
      },
    });
    points = found;
    reached.set(key, points);
  }
  return points;
}
