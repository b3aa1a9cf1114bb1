import {
  CommandWriter,
  SVGA3D_MOBFMT,
  SVGA_CB_MAX_SIZE,
  SVGA_CB_STATUS,
  SVGA_OTABLE,
  definitionOf,
  objectTableEntryBytes,
  SVGA_COTABLE,
} from '@cg/svga-protocol';
import type { SvgaDeviceOptions } from '../src/index.js';
import type { CommandFields, CommandName } from '@cg/svga-protocol';
import { DxGuest } from './dx-guest.js';

const PAGE = 4096;
const PAGES = 4096;

/** Pages that page tables in these tests occupy; the data pages behind them are shared and overlap. */
export const ROOT = 400;
const LEAVES = 128;

/** Some of a command's fields. */
export type Fields<N extends CommandName> = Partial<CommandFields<N>>;
/** A command as a function that appends it. */
export type Step = (writer: CommandWriter) => void;

/** A command whose fields are 0, and whose tail is empty, but for those given. */
export function command<N extends CommandName>(name: N, fields: Fields<N> = {}): Step {
  const { body, tail } = definitionOf(name);
  const zeros = body.read(new DataView(new ArrayBuffer(body.bytes)), 0);
  const parts = Object.entries(tail).map(([part, { kind }]) => [
    part,
    kind === 'bytes' ? new Uint8Array() : [],
  ]);
  const all = { ...zeros, ...Object.fromEntries(parts), ...fields } as CommandFields<N>;
  return (writer) => writer.write(name, all);
}

/** A guest with default limits, DX and SM4.1, and the largest object tables. */
export class CostlyGuest extends DxGuest {
  constructor(options: SvgaDeviceOptions = {}) {
    super({ dx: true, sm41: true, ...options }, PAGES);
    this.start();
    this.#writePageTable();
    for (const type of Object.values(SVGA_OTABLE)) {
      this.do('SET_OTABLE_BASE64', { ...this.table(type), validSizeInBytes: 0 });
    }
    this.do('DX_DEFINE_CONTEXT', { cid: 0 });
  }

  /** A table with room for every id that the device allows, behind a page table of two levels. */
  table(type: number): { type: number; sizeInBytes: number; baseAddress: number; ptDepth: number } {
    const sizeInBytes = 32_768 * objectTableEntryBytes[type];
    return { type, sizeInBytes, baseAddress: ROOT, ptDepth: SVGA3D_MOBFMT.PTDEPTH64_2 };
  }

  /** Every page number of every list leads to another page than its neighbours, and to another view slot. */
  #writePageTable(): void {
    const view = new DataView(this.memory.buffer);
    for (let i = 0; i < 512; i++) {
      view.setUint32(ROOT * PAGE + 8 * i, ROOT + 1 + (i % LEAVES), true);
    }
    for (let leaf = 0; leaf < LEAVES; leaf++) {
      for (let i = 0; i < 512; i++) {
        const page = 600 + ((i * 66 + leaf * 7) % 3000);
        view.setUint32((ROOT + 1 + leaf) * PAGE + 8 * i, page, true);
      }
    }
  }

  /** Does so many commands, as many of them in a buffer as fit. */
  doAll(count: number, step: (i: number) => Step): void {
    const writer = new CommandWriter();
    for (let i = 0; i < count; i++) {
      step(i)(writer);
      if (i === count - 1 || writer.length > SVGA_CB_MAX_SIZE - 1024) {
        this.#must(writer);
        writer.truncate();
      }
    }
  }

  do<N extends CommandName>(name: N, fields: Fields<N> = {}): void {
    const writer = new CommandWriter();
    command(name, fields)(writer);
    this.#must(writer);
  }

  #must(writer: CommandWriter): void {
    if (this.submit(writer.bytes).status !== SVGA_CB_STATUS.COMPLETED) {
      throw this.device.lastError ?? new Error('not done');
    }
  }

  /** A MOB of the largest size, whose pages lie apart. */
  mob(mobid: number, sizeInBytes = 2 ** 29): void {
    this.do('DEFINE_GB_MOB64', { mobid, base: ROOT, ptDepth: SVGA3D_MOBFMT.PTDEPTH64_2, sizeInBytes });
  }

  surface(fields: Fields<'DEFINE_GB_SURFACE_V2'>): void {
    const { sid = 1 } = fields;
    const one = { numMipLevels: 1, width: 1, height: 1, depth: 1, format: 2 };
    this.do('DEFINE_GB_SURFACE_V2', { ...one, ...fields, sid });
    this.do('BIND_GB_SURFACE', { sid, mobid: 1 });
  }

  coTable(type: number): void {
    this.do('DX_SET_COTABLE', { cid: 0, mobid: 1, type, validSizeInBytes: 0 });
  }

  /** Submits a buffer that holds the steps again and again, as often as fits. */
  submitFull(steps: readonly Step[], context = 0): { status: number; commands: number } {
    const writer = new CommandWriter();
    const before = this.device.statistics.commands;
    for (;;) {
      const length = writer.length;
      steps.forEach((step) => step(writer));
      if (writer.length > SVGA_CB_MAX_SIZE) {
        writer.truncate(length);
        break;
      }
    }
    const { status } = this.submit(writer.bytes, { context });
    return { status, commands: this.device.statistics.commands - before };
  }
}

/** A command buffer that costs as much as its kind can. */
export interface CostlyBuffer {
  readonly name: string;
  prepare?(guest: CostlyGuest): void;
  readonly steps: readonly Step[];
}

/** The box of one texel, but for the fields given. */
export const box = (fields: Partial<Record<'x' | 'y' | 'z' | 'w' | 'h' | 'd', number>>) => {
  return { x: 0, y: 0, z: 0, w: 1, h: 1, d: 1, ...fields };
};
/** The same at two places. */
export const copyBox = (fields: Parameters<typeof box>[0] = {}) => {
  return { ...box(fields), srcx: 0, srcy: 0, srcz: 0 };
};
/** The fields of a box whose names begin with a prefix. */
export const prefixed = (prefix: string, [w, h, d = 1]: readonly number[]) => {
  return Object.fromEntries(
    Object.entries({ X: 0, Y: 0, Z: 0, W: w, H: h, D: d }).map(([k, v]) => [prefix + k, v]),
  );
};

export const many = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** Two surfaces, and a MOB that is large enough for both. */
export function surfaces(fields: Fields<'DEFINE_GB_SURFACE_V2'>, other: Fields<'DEFINE_GB_SURFACE_V2'> = {}) {
  return (guest: CostlyGuest): void => {
    guest.mob(1);
    guest.surface({ sid: 1, ...fields });
    guest.surface({ sid: 2, ...fields, ...other });
  };
}

/** A view of all of a surface. */
export function view(type: keyof typeof SVGA_COTABLE, more: object, fields: Fields<'DEFINE_GB_SURFACE_V2'>) {
  return (guest: CostlyGuest): void => {
    surfaces(fields)(guest);
    guest.coTable(SVGA_COTABLE[type]);
    const { format = 2 } = fields;
    const shown = { sid: 1, format, resourceDimension: 3, firstArraySlice: 0, arraySize: -1 >>> 0, ...more };
    if (type === 'RTVIEW') {
      guest.do('DX_DEFINE_RENDERTARGET_VIEW', { ...shown, mipSlice: 0 });
    } else if (type === 'DSVIEW') {
      guest.do('DX_DEFINE_DEPTHSTENCIL_VIEW', { ...shown, mipSlice: 0 });
    } else if (type === 'UAVIEW') {
      guest.do('DX_DEFINE_UA_VIEW', { ...shown, mipSlice: 0 });
    } else {
      guest.do('DX_DEFINE_SHADERRESOURCE_VIEW', { ...shown, mostDetailedMip: 0, mipLevels: -1 >>> 0 });
    }
  };
}

export const wide = { width: 8192, height: 8192 };
export const square = { width: 256, height: 256 };
