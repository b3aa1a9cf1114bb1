import { Machine } from '@cg/machine';
import { CommandWriter } from '@cg/svga-protocol';
import { hostClock } from '../clock.js';
import { batchesOf, roundsOf, type Contender } from '../contender.js';
import { BenchError } from '../errors.js';
import { WARM_UP_SUBMISSIONS } from '../measuring/interleave.js';
import type { Row } from '../row.js';

const RESOURCES = 1000;
/** Texels a side: A8R8G8B8, a page. */
const SIDE = 32;
const A8R8G8B8 = 2;
const OURS = 'a submission';
const RIVAL = 'Map.get';
/** One takes microseconds. */
const LOOK_UP_REPETITIONS = 50;

/** How the surfaces lie, and whether the streams differ. */
interface Kind {
  readonly name: string;
  /** All in one buffer object, or each in its own. */
  readonly isShared: boolean;
  readonly differs: boolean;
}

const kinds: readonly Kind[] = [
  { name: '1,000 clean resources', isShared: true, differs: false },
  { name: '1,000 clean resources, a buffer each', isShared: false, differs: false },
  { name: '1,000 clean resources, another stream', isShared: true, differs: true },
];

/**
 * A submission that names coherent surfaces in which nothing is dirty: checked, reserved, scanned, validated. Its
 * commands need not be sent, so that the device does no work. The same one again and again is remembered.
 */
export function rowsOf(): Row[] {
  return kinds.map((kind) => ({
    section: 'Clean resources',
    name: kind.name,
    unit: 'ns/each',
    ours: OURS,
    rival: RIVAL,
    open: async (side) => (side === 'ours' ? submissions(kind) : lookUps()),
  }));
}

function submissions({ isShared, differs }: Kind): Contender {
  const machine = new Machine({ cpus: 1, memoryBytes: 32 * 2 ** 20 });
  const { file } = machine.spawn();
  const buffer = file.createBuffer(RESOURCES * 4096).handle;
  const handles = Array.from({ length: RESOURCES }, (_, i) => {
    const backing = isShared ? { backing: { buffer, offset: i * 4096 } } : {};
    const size = { format: A8R8G8B8, width: SIDE, height: SIDE };
    return file.createSurface({ ...size, coherent: true, ...backing }).handle;
  });
  const writer = new CommandWriter();
  let first = 0;
  const write = (): void => {
    writer.truncate();
    handles.forEach((_, i) => {
      const sid = handles[(i + first) % RESOURCES];
      writer.write('READBACK_GB_IMAGE', { sid, face: 0, mipmap: 0 });
    });
    first++;
  };
  write();
  file.submit(writer.bytes).wait();
  const prepare = differs ? write : (): void => {};
  const submission = { prepare, work: () => file.submit(writer.bytes).wait(), check() {} };
  return { ...batchesOf(hostClock, RESOURCES, submission), warmUp: roundsOf(WARM_UP_SUBMISSIONS) };
}

function lookUps(): Contender {
  const handles = Array.from({ length: RESOURCES }, (_, i) => i + 1);
  const known = new Map(handles.map((handle) => [handle, { handle }]));
  const expected = handles.reduce((total, handle) => total + handle, 0);
  let sum = 0;
  const work = {
    prepare() {
      sum = 0;
    },
    work() {
      for (const handle of handles) {
        sum += known.get(handle)?.handle ?? Number.NaN;
      }
    },
    check() {
      if (sum !== expected) {
        throw new BenchError('EBADMSG', `${RIVAL}: wrong value`, RIVAL);
      }
    },
  };
  return batchesOf(hostClock, RESOURCES, work, LOOK_UP_REPETITIONS);
}
