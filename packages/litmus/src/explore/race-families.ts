/** Programs of one kind: every combination of a preamble, an operation, a step in the middle of it, and an end. */
export interface RaceFamily {
  readonly machine?: { readonly memory: number };
  /** The start of every program. */
  readonly objects: string;
  /** What has happened before the race. */
  readonly preambles: readonly string[];
  /** The operations that are interrupted. */
  readonly operations: readonly string[];
  /** The steps of another CPU in the middle of them. */
  readonly steps: readonly string[];
  /** What shows a loss. */
  readonly ends: readonly string[];
}

/** Two surfaces share a page of one buffer. */
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

/** A page of a private mapping becomes a copy of its process. */
const copies: RaceFamily = {
  objects: `
process p1
buffer b1 8 pages
surface s1 A8R8G8B8 64x32 in b1 +0
surface s3 A8R8G8B8 64x32
surface s4 A8R8G8B8 64x32 plain
map p1 s1
map p1 b1 private
`,
  preambles: ['', 'cpu 0 load b1 +0 4', 'cpu 0 store b1 +0 4\nfork p1 p2', WRITE],
  operations: ['cpu 0 store b1 +8 4', 'cpu 0 store s1 +8 4', 'fork p1 p3', READ, 'check'],
  steps: [
    'cpu 1 store b1 +16 4',
    'cpu 1 store s1 +16 4',
    'cpu 1 load b1 +0 4',
    READ,
    WRITE,
    'unmap p1 b1',
    'move p1 b1',
    'protect p1 b1 read',
    'evict b1',
  ],
  ends: ['', `cpu 1 store s1 +4 4\n${READ}\ncpu 0 load s1 +0 16`],
};

/** A buffer object that is mapped by a huge entry until its writes are tracked. */
const hugeEntries: RaceFamily = {
  machine: { memory: 16 },
  objects: `
process p1
buffer b1 1200 pages
surface s3 A8R8G8B8 64x32
map p1 b1 huge
`,
  preambles: ['', 'cpu 0 store b1 +2097152 4', 'surface s1 A8R8G8B8 64x32 in b1 +2097152'],
  operations: [
    'cpu 0 store b1 +2097156 4',
    'cpu 0 load b1 +2097156 4',
    'surface s2 A8R8G8B8 64x32 in b1 +2097152',
    'evict b1',
  ],
  steps: [
    'cpu 1 store b1 +2097160 4',
    'cpu 1 load b1 +2097160 4',
    'surface s5 A8R8G8B8 64x32 in b1 +2101248',
    'unmap p1 b1',
    'evict b1',
  ],
  ends: ['surface s7 A8R8G8B8 64x32 in b1 +2097152\nsubmit copy s7 -> s3'],
};

export const raceFamilies: readonly RaceFamily[] = [
  {
    objects: OBJECTS,
    preambles: PREAMBLES,
    operations: OPERATIONS,
    steps: STEPS,
    ends: ENDS,
  },
  copies,
  hugeEntries,
];
