import { SvgaDevice } from '@cg/svga-device';
import {
  CommandWriter,
  readCommandBufferHeader,
  SVGA3D_MOBFMT,
  SVGA_CB_CONTEXT,
  SVGA_OTABLE,
  SVGA_PORT,
  SVGA_REG,
  writeCommandBufferHeader,
} from '@cg/svga-protocol';
import { hostClock } from '../clock.js';
import { batchesOf, type ShortWork } from '../contender.js';
import { BenchError } from '../errors.js';
import type { Row } from '../row.js';
import type { RowSettings } from './settings.js';

const PAGE = 4096;
const MIB = 2 ** 20;
const NANOSECONDS_PER_US = 1000;
const WIDTH = 1280;
const HEIGHT = 720;
const BYTES = 4 * WIDTH * HEIGHT;
const PAGES = Math.ceil(BYTES / PAGE);
/** Pages: header, commands (512 KiB), tables, page list, then the surface's. */
const COMMANDS = 1;
const TABLES = 130;
const LIST = 132;
const FIRST = 136;

/** A device with one 1280 × 720 surface whose MOB has adjacent or scattered pages. */
class UploadGuest {
  readonly memory = new Uint8Array((FIRST + 2 * PAGES) * PAGE);
  readonly device = new SvgaDevice({
    memory: { bytes: this.memory.length, view: (at, length) => this.memory.subarray(at, at + length) },
    setInterrupt: () => {},
  });

  /** The page list of the MOB. */
  readonly #frames = new Uint32Array(this.memory.buffer, LIST * PAGE, PAGES);
  #context = 0;

  constructor(adjacent: boolean) {
    this.#write(SVGA_REG.ENABLE, 1);
    this.#write(SVGA_REG.CONFIG_DONE, 1);
    const start = new CommandWriter();
    start.write('DC_CMD_START_STOP_CONTEXT', { enable: 1, context: 0 });
    this.submit(start.bytes, SVGA_CB_CONTEXT.DEVICE);
    for (let i = 0; i < PAGES; i++) {
      this.#frames[i] = FIRST + (adjacent ? i : 2 * ((i * 7) % PAGES));
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

  /** Stores commands for `run`. */
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

  /** @throws BenchError EBADMSG if the device failed */
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

  /** Writes every page of the surface. */
  fill(salt: number): void {
    for (let i = 0; i < PAGES; i++) {
      this.memory.fill(salt + i, this.#frames[i] * PAGE, (this.#frames[i] + 1) * PAGE);
    }
  }

  /** @throws BenchError EBADMSG if the first bytes of the device's image are not those of the last `fill` */
  requireImage(bytes: number, salt: number, contender: string): void {
    requireFilled(this.device.image(1, 0) ?? new Uint8Array(0), bytes, salt, contender);
  }

  #write(index: number, value: number): void {
    this.device.writePort(SVGA_PORT.INDEX, index);
    this.device.writePort(SVGA_PORT.VALUE, value);
  }
}

export function rowsOf({ updates }: RowSettings): Row[] {
  return [...uploadRows(), smallUpdateRow(updates)];
}

/** A whole 1280 × 720 surface taken from guest memory by one UPDATE_GB_SURFACE. */
function uploadRows(): Row[] {
  return ['adjacent', 'scattered'].map((order) => ({
    section: 'Device uploads',
    name: `device upload, ${order} pages`,
    unit: 'µs/MiB',
    ours: 'UPDATE_GB_SURFACE',
    rival: 'typed array, u8.set',
    async open(side) {
      const work = side === 'ours' ? upload(order === 'adjacent') : setWhole();
      return batchesOf(hostClock, NANOSECONDS_PER_US * (BYTES / MIB), work);
    },
  }));
}

/** @throws BenchError EBADMSG if the first bytes of a page are not those of `salt` */
function requireFilled(image: Uint8Array, bytes: number, salt: number, contender: string): void {
  const page = new Uint8Array(PAGE);
  for (let at = 0; at < bytes; at += PAGE) {
    const end = Math.min(at + PAGE, bytes);
    page.fill(salt + at / PAGE);
    if (Buffer.compare(image.subarray(at, end), page.subarray(0, end - at)) !== 0) {
      throw new BenchError('EBADMSG', `the page at byte ${at} is not the guest's`, contender);
    }
  }
}

/** Runs the commands, which upload the first `bytes` of the surface. */
function running(guest: UploadGuest, commands: Uint8Array, bytes: number, contender: string): ShortWork {
  let salt = 0;
  return {
    prepare() {
      guest.fill(++salt);
      guest.load(commands);
    },
    work: () => guest.run(),
    check() {
      guest.requireDone(contender);
      guest.requireImage(bytes, salt, contender);
    },
  };
}

/** Copies the first `bytes` of a buffer that is rewritten like the guest's. */
function copying(
  bytes: number,
  contender: string,
  copy: (source: Uint8Array, target: Uint8Array) => void,
): ShortWork {
  const source = new Uint8Array(BYTES);
  const target = new Uint8Array(BYTES);
  let salt = 0;
  return {
    prepare() {
      salt++;
      for (let i = 0; i < PAGES; i++) {
        source.fill(salt + i, i * PAGE, (i + 1) * PAGE);
      }
    },
    work: () => copy(source, target),
    check: () => requireFilled(target, bytes, salt, contender),
  };
}

function upload(adjacent: boolean): ShortWork {
  const writer = new CommandWriter();
  writer.write('UPDATE_GB_SURFACE', { sid: 1 });
  return running(new UploadGuest(adjacent), writer.bytes, BYTES, 'UPDATE_GB_SURFACE');
}

function setWhole(): ShortWork {
  return copying(BYTES, 'u8.set', (source, target) => target.set(source));
}

/** Ten thousand updates of 64 bytes in a buffer; the rival makes as many calls of set. */
function smallUpdateRow(updates: number): Row {
  return {
    section: 'Device updates',
    name: 'device updates, 64 bytes each',
    unit: 'ns/update',
    ours: 'UPDATE_GB_IMAGE',
    rival: 'set(subarray)',
    open: async (side) =>
      batchesOf(hostClock, updates, side === 'ours' ? smallUpdates(updates) : smallSets(updates)),
  };
}

/** At most one update for each 64 bytes of the surface. */
function smallUpdates(updates: number): ShortWork {
  const writer = new CommandWriter();
  for (let i = 0; i < updates; i++) {
    const box = { x: 16 * (i % 80), y: Math.floor(i / 80), z: 0, w: 16, h: 1, d: 1 };
    writer.write('UPDATE_GB_IMAGE', { sid: 1, face: 0, mipmap: 0, ...box });
  }
  return running(new UploadGuest(true), writer.bytes, 64 * updates, 'UPDATE_GB_IMAGE');
}

function smallSets(updates: number): ShortWork {
  return copying(64 * updates, 'set(subarray)', (source, target) => {
    for (let offset = 0; offset < 64 * updates; offset += 64) {
      target.set(source.subarray(offset, offset + 64), offset);
    }
  });
}
