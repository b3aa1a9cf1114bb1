import { Machine } from '@cg/machine';
import { CommandWriter } from '@cg/svga-protocol';
import { hostClock } from '../clock.js';
import { batchesOf, type Contender } from '../contender.js';
import { BenchError } from '../errors.js';
import type { Row } from '../row.js';

const RESOURCES = 1000;
/** Texels a side: A8R8G8B8, a page. */
const SIDE = 32;
const A8R8G8B8 = 2;
const OURS = 'a submission';
const RIVAL = 'Map.get';
/** One takes microseconds. */
const LOOK_UP_REPETITIONS = 50;

/**
 * A submission that names coherent surfaces in which nothing is dirty: checked, reserved, scanned, validated. Its
 * commands need not be sent, so that the device does no work.
 */
export function rowsOf(): Row[] {
  return [
    {
      section: 'Clean resources',
      name: '1,000 clean resources',
      unit: 'ns/each',
      ours: OURS,
      rival: RIVAL,
      open: async (side) => (side === 'ours' ? submissions() : lookUps()),
    },
  ];
}

function submissions(): Contender {
  const machine = new Machine({ cpus: 1, memoryBytes: 32 * 2 ** 20 });
  const { file } = machine.spawn();
  const buffer = file.createBuffer(RESOURCES * 4096).handle;
  const writer = new CommandWriter();
  for (let i = 0; i < RESOURCES; i++) {
    const backing = { buffer, offset: i * 4096 };
    const size = { format: A8R8G8B8, width: SIDE, height: SIDE };
    const { handle: sid } = file.createSurface({ ...size, coherent: true, backing });
    writer.write('READBACK_GB_IMAGE', { sid, face: 0, mipmap: 0 });
  }
  file.submit(writer.bytes).wait();
  const submission = { prepare() {}, work: () => file.submit(writer.bytes).wait(), check() {} };
  return batchesOf(hostClock, RESOURCES, submission);
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
