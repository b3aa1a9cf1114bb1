import { SvgaDevice } from '../src/index.js';
import {
  CommandWriter,
  decodeCommands,
  readCommandBufferHeader,
  SVGA3D_MOBFMT,
  SVGA_CB_CONTEXT,
  SVGA_OTABLE,
  SVGA_PORT,
  SVGA_REG,
  writeCommandBufferHeader,
} from '@cg/svga-protocol';
import type { TestRenderer } from '../src/renderer-contract.js';
import type { DeviceRecorder, SvgaDeviceOptions } from '../src/index.js';
import type { CommandFields, CommandName } from '@cg/svga-protocol';

const PAGE = 4096;

/** VRAM that is scanned in no time, with a framebuffer that fits into it. */
const smallDisplay = { vramBytes: 2 ** 18, displayWidth: 160, displayHeight: 100 };

/** Everything about a surface that a test does not care for. */
export const plainSurface: CommandFields<'DEFINE_GB_SURFACE_V2'> = {
  sid: 1,
  surfaceFlags: 0,
  format: 2, // SVGA3D_A8R8G8B8
  numMipLevels: 1,
  multisampleCount: 0,
  autogenFilter: 0,
  width: 64,
  height: 64,
  depth: 1,
  arraySize: 0,
};

/** How a submission ended, as its header says. */
export interface Submission {
  status: number;
  errorOffset: number;
}

/**
 * A guest with a little memory and a device in it. Its memory refuses views outside itself, as a host would
 * be broken by them; page 0 holds the command buffer header, the pages from 16 on are handed out in
 * descending order, so that neighbours in a list are not neighbours in memory.
 */
export class TestGuest {
  readonly memory: Uint8Array;
  readonly device: SvgaDevice;
  readonly interrupts: boolean[] = [];
  onInterrupt: ((asserted: boolean) => void) | undefined;
  views = 0;
  /** Waits after each access until the device has done all that is due, however late its renderer is. */
  isPatient: boolean;
  readonly #renderer: TestRenderer | undefined;
  #nextPage: number;

  constructor(
    options: SvgaDeviceOptions = {},
    pages = 1024,
    renderer?: TestRenderer,
    recorder?: DeviceRecorder,
  ) {
    this.#renderer = renderer;
    this.isPatient = renderer?.tick !== undefined;
    this.memory = new Uint8Array(pages * PAGE);
    this.#nextPage = pages - 1;
    this.device = new SvgaDevice(
      {
        memory: {
          bytes: this.memory.length,
          view: (address, length) => {
            if (!Number.isInteger(address) || !Number.isInteger(length) || address < 0 || length < 0) {
              throw new Error(`view(${address}, ${length})`);
            }
            if (address + length > this.memory.length) {
              throw new Error(`view(${address}, ${length}) outside memory`);
            }
            this.views++;
            return this.memory.subarray(address, address + length);
          },
        },
        setInterrupt: (asserted) => {
          this.interrupts.push(asserted);
          this.onInterrupt?.(asserted);
        },
        renderer,
        recorder,
      },
      { ...smallDisplay, ...options },
    );
  }

  writePort(offset: number, value: number): void {
    this.device.writePort(offset, value);
    if (this.isPatient) {
      this.wait();
    }
  }

  writeRegister(index: number, value: number): void {
    this.writePort(SVGA_PORT.INDEX, index);
    this.writePort(SVGA_PORT.VALUE, value);
  }

  readRegister(index: number): number {
    this.device.writePort(SVGA_PORT.INDEX, index);
    return this.device.readPort(SVGA_PORT.VALUE);
  }

  /** Until nothing is due and no command waits. */
  wait(): void {
    const { device } = this;
    while (device.isWaiting || device.nextDue !== undefined) {
      if (device.isWaiting && this.#renderer?.tick?.() !== true) {
        throw new Error('the device waits for an answer that is not owed');
      }
      if (device.nextDue !== undefined) {
        device.advance(device.nextDue);
      }
    }
  }

  /** Looks at what the device has, from the host's side. */
  look<T>(what: (device: SvgaDevice) => T): T {
    this.#setPrompt(true);
    try {
      return what(this.device);
    } finally {
      this.#setPrompt(false);
    }
  }

  #setPrompt(isPrompt: boolean): void {
    if (this.#renderer?.tick !== undefined) {
      this.#renderer.isPrompt = isPrompt;
    }
  }

  allocatePage(): number {
    return this.#nextPage--;
  }

  /** Starts as `start` does, with pages handed out anew from `page` down. */
  startAt(page: number): this {
    this.#nextPage = page;
    this.memory.fill(0);
    return this.start();
  }

  /** Enables the device, starts context 0 and sets the MOB and surface tables, a page each. */
  start(): this {
    this.writeRegister(SVGA_REG.ENABLE, 1);
    this.writeRegister(SVGA_REG.CONFIG_DONE, 1);
    this.startContext(true);
    for (const type of [SVGA_OTABLE.MOB, SVGA_OTABLE.SURFACE]) {
      this.run('SET_OTABLE_BASE64', {
        type,
        baseAddress: this.allocatePage(),
        sizeInBytes: PAGE,
        validSizeInBytes: 0,
        ptDepth: SVGA3D_MOBFMT.PTDEPTH_0,
      });
    }
    return this;
  }

  startContext(enable: boolean): Submission {
    const writer = new CommandWriter();
    writer.write('DC_CMD_START_STOP_CONTEXT', { enable: enable ? 1 : 0, context: 0 });
    return this.submit(writer.bytes, { context: SVGA_CB_CONTEXT.DEVICE });
  }

  /** Puts commands at `pa` and submits them with a header at address 0. */
  submit(
    commands: Uint8Array,
    { context = 0, flags = 0, pa = PAGE }: { context?: number; flags?: number; pa?: number } = {},
  ): Submission {
    this.memory.set(commands, pa);
    writeCommandBufferHeader(this.memory, { length: commands.length, pa, flags });
    this.writeRegister(SVGA_REG.COMMAND_HIGH, 0);
    this.writeRegister(SVGA_REG.COMMAND_LOW, context);
    const { status, errorOffset } = readCommandBufferHeader(this.memory);
    return { status, errorOffset };
  }

  /** Submits one command. */
  run<N extends CommandName>(name: N, fields: CommandFields<N>): Submission {
    const writer = new CommandWriter();
    writer.write(name, fields);
    if ([...decodeCommands(writer.bytes)].length !== 1) {
      throw new Error('not one command');
    }
    return this.submit(writer.bytes);
  }

  /** Submits one command that must succeed. */
  must<N extends CommandName>(name: N, fields: CommandFields<N>): void {
    const { status } = this.run(name, fields);
    if (status !== 1) {
      throw this.device.lastError ?? new Error(`${name}: status ${status}`);
    }
  }

  /**
   * Defines a MOB of scattered pages, listed in the way of `ptDepth`.
   * @returns the guest page of each of its pages
   */
  defineMob(mobid: number, sizeInBytes: number, ptDepth: number = SVGA3D_MOBFMT.PTDEPTH_2): number[] {
    const count = Math.ceil(sizeInBytes / PAGE);
    const { base, pages } = this.#listPages(count, ptDepth);
    this.must('DEFINE_GB_MOB64', { mobid, ptDepth, base, sizeInBytes });
    return pages;
  }

  #listPages(count: number, ptDepth: number): { base: number; pages: number[] } {
    const pages = Array.from({ length: count }, () => this.allocatePage());
    switch (ptDepth) {
      case SVGA3D_MOBFMT.RANGE:
        pages.reverse();
        return { base: pages[0], pages };
      case SVGA3D_MOBFMT.PTDEPTH_0:
      case SVGA3D_MOBFMT.PTDEPTH64_0:
        return { base: pages[0], pages };
      case SVGA3D_MOBFMT.PTDEPTH_1:
        return { base: this.#writeLists(pages, 4)[0], pages };
      case SVGA3D_MOBFMT.PTDEPTH64_1:
        return { base: this.#writeLists(pages, 8)[0], pages };
      case SVGA3D_MOBFMT.PTDEPTH_2:
        return { base: this.#writeLists(this.#writeLists(pages, 4), 4)[0], pages };
      default:
        return { base: this.#writeLists(this.#writeLists(pages, 8), 8)[0], pages };
    }
  }

  /** Writes page numbers into as many pages as it takes, and returns those. */
  #writeLists(pages: readonly number[], entryBytes: number): number[] {
    const view = new DataView(this.memory.buffer);
    const perPage = PAGE / entryBytes;
    const lists = Array.from({ length: Math.ceil(pages.length / perPage) }, () => this.allocatePage());
    pages.forEach((page, i) => {
      view.setUint32(lists[Math.floor(i / perPage)] * PAGE + (i % perPage) * entryBytes, page, true);
    });
    return lists;
  }

  /** Writes `bytes` into the MOB's pages from `offset` on. */
  fillMob(pages: readonly number[], bytes: Uint8Array, offset = 0): void {
    for (let i = 0; i < bytes.length; i++) {
      const at = offset + i;
      this.memory[pages[Math.floor(at / PAGE)] * PAGE + (at % PAGE)] = bytes[i];
    }
  }

  /** The first `length` bytes of a MOB. */
  readMob(pages: readonly number[], length: number): Uint8Array {
    return Uint8Array.from(
      { length },
      (_, at) => this.memory[pages[Math.floor(at / PAGE)] * PAGE + (at % PAGE)],
    );
  }

  /** A surface bound to a MOB of its own id that has room for `bytes`. */
  defineSurface(
    fields: Partial<CommandFields<'DEFINE_GB_SURFACE_V2'>>,
    bytes: number,
    ptDepth: number = SVGA3D_MOBFMT.PTDEPTH_2,
  ): number[] {
    const surface = { ...plainSurface, ...fields };
    const pages = this.defineMob(surface.sid, bytes, ptDepth);
    this.must('DEFINE_GB_SURFACE_V2', surface);
    this.must('BIND_GB_SURFACE', { sid: surface.sid, mobid: surface.sid });
    return pages;
  }

  /** The same without content: nothing is pending, and the image is zeros. */
  defineEmpty(fields: Partial<CommandFields<'DEFINE_GB_SURFACE_V2'>>, bytes: number): number[] {
    const pages = this.defineSurface(fields, bytes);
    this.must('INVALIDATE_GB_SURFACE', { sid: fields.sid ?? plainSurface.sid });
    return pages;
  }

  /** Makes these bytes what the device has written to a surface: newer than what its MOB holds. */
  draw(sid: number, image: Uint8Array): void {
    this.must('WRITE_ZERO_SURFACE', { sid });
    this.look((device) => device.surfaceImage(sid)?.set(image));
  }
}

/** Bytes that differ from their neighbours at any stride a surface has. */
export function noise(length: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}
