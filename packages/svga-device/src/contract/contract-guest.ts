import {
  CommandWriter,
  readCommandBufferHeader,
  SVGA3D_MOBFMT,
  SVGA_CB_CONTEXT,
  SVGA_CB_FLAG,
  SVGA_CB_STATUS,
  SVGA_COTABLE,
  SVGA_OTABLE,
  SVGA_PORT,
  SVGA_REG,
  writeCommandBufferHeader,
} from '@cg/svga-protocol';
import type { CommandFields, CommandName } from '@cg/svga-protocol';
import { SvgaDevice } from '../device.js';
import type { DeviceRecorder } from '../recording/device-recorder.js';
import type { Renderer } from '../renderer/renderer.js';

const PAGE = 4096;
/** Bytes of a page of a guest's memory. */
export const CONTRACT_PAGE = PAGE;
const PAGES = 64;
/** The page of the commands; their header is in page 0. */
const COMMANDS = 1;
const FIRST_FREE = 2;
/** Ids of the MOBs of COTables, above those of others. */
const TABLE_MOBS = 50;

/** A renderer under test. */
export interface TestRenderer extends Renderer {
  /**
   * Lets one of the answers that are waited for come; without it they come by themselves.
   * @returns false if none is owed
   */
  readonly tick?: (() => boolean) | undefined;
  /** Answers are there at once. */
  isPrompt?: boolean;
}

/** A guest with a little memory, DX context 0, and all tables. It waits for everything that it starts. */
export class ContractGuest {
  readonly memory: Uint8Array;
  readonly device: SvgaDevice;
  readonly renderer: TestRenderer | undefined;
  interrupts = 0;
  #nextPage = FIRST_FREE;

  /**
   * @param completionDelay as the option of the device
   * @param pages of its memory; what it defines takes them, one after another
   */
  constructor(
    renderer: TestRenderer | undefined,
    completionDelay: number,
    recorder?: DeviceRecorder,
    pages = PAGES,
  ) {
    this.renderer = renderer;
    this.memory = new Uint8Array(pages * PAGE);
    const memory = {
      bytes: this.memory.length,
      view: (address: number, bytes: number) => this.memory.subarray(address, address + bytes),
    };
    this.device = new SvgaDevice(
      { memory, setInterrupt: () => void this.interrupts++, renderer, recorder },
      // VRAM that is scanned in no time, with a framebuffer that fits into it.
      { dx: true, sm41: true, completionDelay, vramBytes: 2 ** 18, displayWidth: 160, displayHeight: 100 },
    );
  }

  async start(): Promise<void> {
    await this.#writeRegister(SVGA_REG.ENABLE, 1);
    await this.#writeRegister(SVGA_REG.CONFIG_DONE, 1);
    await this.#submit('DC_CMD_START_STOP_CONTEXT', { enable: 1, context: 0 }, SVGA_CB_CONTEXT.DEVICE);
    const ptDepth = SVGA3D_MOBFMT.PTDEPTH_0;
    for (const type of Object.values(SVGA_OTABLE)) {
      const baseAddress = this.allocate(1);
      await this.must('SET_OTABLE_BASE64', {
        type,
        baseAddress,
        sizeInBytes: PAGE,
        validSizeInBytes: 0,
        ptDepth,
      });
    }
    await this.must('DX_DEFINE_CONTEXT', { cid: 0 });
    for (const type of Object.values(SVGA_COTABLE)) {
      const mobid = TABLE_MOBS + type;
      await this.defineMob(mobid, 1);
      await this.must('DX_SET_COTABLE', { cid: 0, mobid, type, validSizeInBytes: 0 });
    }
  }

  /** Pages of guest memory that lie one behind another. @returns the first one */
  allocate(pages: number): number {
    this.#nextPage += pages;
    return this.#nextPage - pages;
  }

  /** Defines a MOB. @returns its bytes */
  async defineMob(mobid: number, pages: number): Promise<Uint8Array> {
    const base = this.allocate(pages);
    const sizeInBytes = pages * PAGE;
    await this.must('DEFINE_GB_MOB64', { mobid, ptDepth: SVGA3D_MOBFMT.RANGE, base, sizeInBytes });
    return this.memory.subarray(base * PAGE, base * PAGE + sizeInBytes);
  }

  /** Submits one command, which must succeed, and waits until it is done. */
  async must<N extends CommandName>(name: N, fields: CommandFields<N>): Promise<void> {
    if ((await this.#submit(name, fields, 0)) !== SVGA_CB_STATUS.COMPLETED) {
      throw this.device.lastError ?? new Error(`${name} was refused`);
    }
  }

  /** Waits until nothing is due and no command waits. */
  async wait(): Promise<void> {
    const { device, renderer } = this;
    while (device.isWaiting || device.nextDue !== undefined) {
      if (device.isWaiting) {
        await this.#answer(renderer);
      }
      if (device.nextDue !== undefined) {
        device.advance(device.nextDue);
      }
    }
  }

  /** Looks at what the device has, when all of it is there. */
  async look<T>(what: (device: SvgaDevice) => T): Promise<T> {
    const { device, renderer } = this;
    if (renderer?.tick === undefined) {
      await device.settle();
      return what(device);
    }
    renderer.isPrompt = true;
    try {
      return what(device);
    } finally {
      renderer.isPrompt = false;
    }
  }

  async #answer(renderer: TestRenderer | undefined): Promise<void> {
    if (renderer?.tick === undefined) {
      await this.device.settle();
    } else if (!renderer.tick()) {
      throw new Error('the device waits for an answer that is not owed');
    }
  }

  async #submit<N extends CommandName>(name: N, fields: CommandFields<N>, context: number): Promise<number> {
    const writer = new CommandWriter();
    writer.write(name, fields);
    const flags = context === SVGA_CB_CONTEXT.DEVICE ? 0 : SVGA_CB_FLAG.DX_CONTEXT;
    this.memory.set(writer.bytes, COMMANDS * PAGE);
    writeCommandBufferHeader(this.memory, { length: writer.bytes.length, pa: COMMANDS * PAGE, flags });
    await this.#writeRegister(SVGA_REG.COMMAND_HIGH, 0);
    await this.#writeRegister(SVGA_REG.COMMAND_LOW, context);
    return readCommandBufferHeader(this.memory).status;
  }

  async #writeRegister(index: number, value: number): Promise<void> {
    this.device.writePort(SVGA_PORT.INDEX, index);
    this.device.writePort(SVGA_PORT.VALUE, value);
    await this.wait();
  }
}
