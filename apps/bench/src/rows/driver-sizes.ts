import { Machine } from '@cg/machine';
import { PAGE_SIZE } from '@cg/pagetable';
import { CommandWriter, SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import { hostClock } from '../clock.js';
import { batchesOf, type Contender, type ShortWork, type StepTimes } from '../contender.js';
import { BenchError } from '../errors.js';
import type { Row } from '../row.js';
import type { RowSettings } from './settings.js';

const MIB = 2 ** 20;
const A8R8G8B8 = 2;
/** Texels a side of a surface of one page. */
const SIDE = 32;
const SURFACE = { format: A8R8G8B8, width: SIDE, height: SIDE, coherent: true };
/** Surfaces in a buffer object, each in a page. */
const SHARING = 64;
const NANOSECONDS_PER_MS = 1e6;
/** Evictions in a repetition. */
const EVICTIONS = 20;

function inWords(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}`;
}

/** Work of the driver that must cost the same with many objects, commands or pages as with few. */
export function rowsOf({ ids, commands, freshPages }: RowSettings): Row[] {
  const few = 1000;
  return [
    {
      section: 'Eviction',
      name: 'a submission that evicts',
      unit: 'µs',
      ours: inWords(ids, 'ids'),
      rival: inWords(Math.min(few, ids), 'ids'),
      rivalOfPackages: true,
      open: async (side) => evictions(side === 'ours' ? ids : Math.min(few, ids)),
    },
    {
      section: 'Commands in a submission',
      name: 'copies in a submission',
      unit: 'ns/command',
      ours: inWords(commands, 'commands'),
      rival: inWords(Math.min(few, commands), 'commands'),
      rivalOfPackages: true,
      open: async (side) => copies(side === 'ours' ? commands : Math.min(few, commands), commands),
    },
    {
      section: 'Fresh frames',
      name: `new buffer of ${inWords(freshPages, 'pages')}`,
      unit: 'ms',
      ours: 'createBuffer',
      rival: 'u8.fill(0)',
      open: async (side) =>
        once(NANOSECONDS_PER_MS, side === 'ours' ? newBuffers(freshPages) : fills(freshPages)),
    },
  ];
}

/** A contender whose pass is one repetition of work that takes long. */
function once(per: number, { prepare, work, check }: ShortWork): Contender {
  const step = (): StepTimes => {
    prepare();
    const before = hostClock();
    work();
    const after = hostClock();
    check();
    return [after - before];
  };
  return { steps: 1, alike: true, per, begin: () => ({ step, end() {} }) };
}

/** Submissions in turn of one more surface than there are ids: each evicts the one that is used next. */
function evictions(ids: number): Contender {
  const memoryBytes = ids * 2 * PAGE_SIZE + 128 * MIB;
  const { file } = new Machine({ cpus: 1, memoryBytes, driver: { maxObjects: ids } }).spawn();
  const count = Math.ceil((ids + 1) / SHARING);
  const buffers = Array.from({ length: count }, () => file.createBuffer(SHARING * PAGE_SIZE).handle);
  // Neighbours lie in different buffer objects: what the submission has reserved is not evicted.
  const handles = Array.from({ length: ids + 1 }, (_, i) => {
    const backing = { buffer: buffers[i % count], offset: Math.floor(i / count) * PAGE_SIZE };
    return file.createSurface({ ...SURFACE, backing }).handle;
  });
  const writer = new CommandWriter();
  let next = 0;
  const useNext = (): void => {
    writer.truncate();
    writer.write('READBACK_GB_IMAGE', { sid: handles[next], face: 0, mipmap: 0 });
    file.submit(writer.bytes).wait();
    next = (next + 1) % handles.length;
  };
  handles.forEach(useNext);
  const work = {
    prepare() {},
    work() {
      for (let i = 0; i < EVICTIONS; i++) {
        useNext();
      }
    },
    check() {
      if (file.deviceId(handles[next]) !== SVGA3D_INVALID_ID) {
        throw new BenchError('EBADMSG', 'nothing was evicted', 'evictions');
      }
    },
  };
  return batchesOf(hostClock, 1000 * EVICTIONS, work);
}

/** Streams of copies, each other than the one before, of as many commands together as the longest. */
function copies(length: number, total: number): Contender {
  const { file } = new Machine({ cpus: 1, memoryBytes: 64 * MIB }).spawn();
  const [from, to] = [0, 1].map(() => file.createSurface(SURFACE).handle);
  const writer = new CommandWriter();
  const images = { srcSid: from, srcFace: 0, srcMipmap: 0, destSid: to, destFace: 0, destMipmap: 0 };
  for (let i = 0; i <= length; i++) {
    const box = { x: i % SIDE, y: 0, z: 0, w: 1, h: 1, d: 1, srcx: 0, srcy: 0, srcz: 0 };
    writer.write('SURFACE_COPY', { ...images, boxes: [box] });
  }
  const { bytes } = writer;
  const each = bytes.length / (length + 1);
  const streams = [bytes.subarray(each), bytes.subarray(0, bytes.length - each)];
  let turn = 0;
  const submitAll = (): void => {
    for (let sent = 0; sent < total; sent += length) {
      file.submit(streams[turn++ % 2]).wait();
    }
  };
  return once(Math.ceil(total / length) * length, { prepare() {}, work: submitAll, check() {} });
}

/** A buffer object in frames that were never in use. */
function newBuffers(pages: number): ShortWork {
  let machine: Machine;
  return {
    prepare() {
      machine = new Machine({ cpus: 1, memoryBytes: pages * PAGE_SIZE + 4 * MIB });
    },
    work: () => void machine.spawn().file.createBuffer(pages * PAGE_SIZE),
    check() {},
  };
}

/** What zeroing its frames costs: memory that the host has not touched yet. */
function fills(pages: number): ShortWork {
  let bytes: Uint8Array;
  return {
    prepare() {
      bytes = new Uint8Array(pages * PAGE_SIZE);
    },
    work: () => void bytes.fill(0),
    check() {},
  };
}
