import {
  CommandWriter,
  readCommandBufferHeader,
  SVGA3D_MOBFMT,
  SVGA_CB_CONTEXT,
  SVGA_OTABLE,
  SVGA_PORT,
  SVGA_REG,
  SvgaDevice,
  writeCommandBufferHeader,
} from '@cg/svga-device';
import { BenchError } from '../errors.js';
import type { Row, Sample } from '../row.js';
import { medianPass, type Clock } from '../timing.js';

const PAGE = 4096;
const MIB = 2 ** 20;
const WIDTH = 1280;
const HEIGHT = 720;
const BYTES = 4 * WIDTH * HEIGHT;
const PAGES = Math.ceil(BYTES / PAGE);
/** Pages: header, commands (512 KiB), tables, page list, then the surface's. */
const COMMANDS = 1;
const TABLES = 130;
const LIST = 132;
const FIRST = 136;

/** A device with one 1280 × 720 surface whose MOB lies in adjacent pages, or each page elsewhere. */
class UploadGuest {
  readonly memory = new Uint8Array((FIRST + 2 * PAGES) * PAGE);
  readonly device = new SvgaDevice({
    memory: { bytes: this.memory.length, view: (at, length) => this.memory.subarray(at, at + length) },
    setInterrupt: () => {},
  });

  constructor(adjacent: boolean) {
    this.#write(SVGA_REG.ENABLE, 1);
    this.#write(SVGA_REG.CONFIG_DONE, 1);
    const start = new CommandWriter();
    start.write('DC_CMD_START_STOP_CONTEXT', { enable: 1, context: 0 });
    this.submit(start.bytes, SVGA_CB_CONTEXT.DEVICE);
    const list = new Uint32Array(this.memory.buffer, LIST * PAGE, PAGES);
    for (let i = 0; i < PAGES; i++) {
      list[i] = FIRST + (adjacent ? i : 2 * ((i * 7) % PAGES));
    }
    const table = { sizeInBytes: PAGE, validSizeInBytes: 0, ptDepth: SVGA3D_MOBFMT.PTDEPTH_0 };
    const writer = new CommandWriter();
    writer.write('SET_OTABLE_BASE64', { ...table, type: SVGA_OTABLE.MOB, baseAddress: TABLES });
    writer.write('SET_OTABLE_BASE64', { ...table, type: SVGA_OTABLE.SURFACE, baseAddress: TABLES + 1 });
    const mob = { mobid: 1, ptDepth: SVGA3D_MOBFMT.PTDEPTH_1, base: LIST, sizeInBytes: BYTES };
    writer.write('DEFINE_GB_MOB64', mob);
    const surface = { sid: 1, surfaceFlags: 0, format: 2, numMipLevels: 1, multisampleCount: 0 };
    const size = { autogenFilter: 0, width: WIDTH, height: HEIGHT, depth: 1 };
    writer.write('DEFINE_GB_SURFACE', { ...surface, ...size });
    writer.write('BIND_GB_SURFACE', { sid: 1, mobid: 1 });
    writer.write('UPDATE_GB_SURFACE', { sid: 1 });
    this.submit(writer.bytes);
  }

  /** Puts commands where `run` finds them. */
  load(commands: Uint8Array, context = 0): void {
    this.memory.set(commands, COMMANDS * PAGE);
    writeCommandBufferHeader(this.memory, { length: commands.length, pa: COMMANDS * PAGE });
    this.#write(SVGA_REG.COMMAND_HIGH, 0);
    this.device.writePort(SVGA_PORT.INDEX, SVGA_REG.COMMAND_LOW);
    this.#context = context;
  }

  run(): void {
    this.device.writePort(SVGA_PORT.VALUE, this.#context);
  }

  /** @throws BenchError EBADMSG where the device did not do it */
  requireDone(contender: string): void {
    const { status } = readCommandBufferHeader(this.memory);
    if (status !== 1) {
      throw new BenchError('EBADMSG', `${contender} ended with status ${status}`, contender);
    }
  }

  submit(commands: Uint8Array, context = 0): void {
    this.load(commands, context);
    this.run();
    this.requireDone('set-up');
  }

  /** Writes a word into the first page of the surface. */
  mark(value: number): void {
    new DataView(this.memory.buffer).setUint32(FIRST * PAGE, value, true);
  }

  #context = 0;

  #write(index: number, value: number): void {
    this.device.writePort(SVGA_PORT.INDEX, index);
    this.device.writePort(SVGA_PORT.VALUE, value);
  }
}

/** A whole 1280 × 720 surface taken from guest memory by one UPDATE_GB_SURFACE. */
export function uploadRows(clock: Clock): Row[] {
  return ['adjacent', 'scattered'].map((order) => ({
    name: `device upload, ${order} pages`,
    unit: 'µs/MiB',
    ours: 'UPDATE_GB_SURFACE',
    rival: 'typed array, u8.set',
    async open() {
      return { ours: sampleUpload(clock, order === 'adjacent'), rival: sampleSet(clock) };
    },
  }));
}

function perMib(nanoseconds: number): number {
  return (nanoseconds / 1000) * (MIB / BYTES);
}

function sampleUpload(clock: Clock, adjacent: boolean): Sample {
  const guest = new UploadGuest(adjacent);
  const writer = new CommandWriter();
  writer.write('UPDATE_GB_SURFACE', { sid: 1 });
  let salt = 0;
  const work = {
    prepare() {
      guest.mark(++salt);
      guest.load(writer.bytes);
    },
    work: () => guest.run(),
    check() {
      guest.requireDone('UPDATE_GB_SURFACE');
      if (guest.device.image(1, 0)?.[0] !== salt % 256) {
        throw new BenchError('EBADMSG', 'the device has other bytes than the guest', 'UPDATE_GB_SURFACE');
      }
    },
  };
  return () => perMib(medianPass(clock, work));
}

function sampleSet(clock: Clock): Sample {
  const source = new Uint8Array(BYTES);
  const target = new Uint8Array(BYTES);
  const work = {
    prepare() {
      source[0]++;
    },
    work: () => target.set(source),
    check() {
      if (target[0] !== source[0]) {
        throw new BenchError('EBADMSG', 'set copied other bytes', 'u8.set');
      }
    },
  };
  return () => perMib(medianPass(clock, work));
}

/** 64 bytes an update, ten thousand in a buffer; the rival makes as many calls of set. */
export function smallUpdateRow(clock: Clock, updates: number): Row {
  return {
    name: 'device updates, 64 bytes each',
    unit: 'ns/update',
    ours: 'UPDATE_GB_IMAGE',
    rival: 'set(subarray)',
    async open() {
      return { ours: sampleSmall(clock, updates), rival: sampleSmallSet(clock, updates) };
    },
  };
}

function sampleSmall(clock: Clock, updates: number): Sample {
  const guest = new UploadGuest(true);
  const writer = new CommandWriter();
  for (let i = 0; i < updates; i++) {
    const box = { x: 16 * (i % 80), y: Math.floor(i / 80) % HEIGHT, z: 0, w: 16, h: 1, d: 1 };
    writer.write('UPDATE_GB_IMAGE', { sid: 1, face: 0, mipmap: 0, ...box });
  }
  let salt = 0;
  const work = {
    prepare() {
      guest.mark(++salt);
      guest.load(writer.bytes);
    },
    work: () => guest.run(),
    check() {
      guest.requireDone('UPDATE_GB_IMAGE');
      if (guest.device.image(1, 0)?.[0] !== salt % 256) {
        throw new BenchError('EBADMSG', 'the device has other bytes than the guest', 'UPDATE_GB_IMAGE');
      }
    },
  };
  return () => medianPass(clock, work) / updates;
}

function sampleSmallSet(clock: Clock, updates: number): Sample {
  const source = new Uint8Array(BYTES);
  const target = new Uint8Array(BYTES);
  const work = {
    prepare() {
      source[0]++;
    },
    work() {
      for (let i = 0; i < updates; i++) {
        const offset = (64 * i) % BYTES;
        target.set(source.subarray(offset, offset + 64), offset);
      }
    },
    check() {
      if (target[0] !== source[0]) {
        throw new BenchError('EBADMSG', 'set copied other bytes', 'set(subarray)');
      }
    },
  };
  return () => medianPass(clock, work) / updates;
}
