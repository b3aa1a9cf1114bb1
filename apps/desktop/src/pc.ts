import { attachSvgaScreen, V86Error, type SvgaScreen } from '@cg/v86';
import type { Renderer } from '@cg/svga-device';
import { V86 } from 'v86';
import wasmAddress from 'v86/build/v86.wasm?url';
import type { GuestFiles } from './guest-files.js';
import { PageError } from './page-error.js';

/** The elements that a PC is shown on. */
export interface PcScreens {
  readonly canvas: HTMLCanvasElement;
  /** For v86's own VGA. */
  readonly vga: HTMLElement;
}

/** The emulated PC with the device. */
export class Pc {
  readonly emulator: V86;
  readonly screen: SvgaScreen;

  private constructor(emulator: V86, screen: SvgaScreen) {
    this.emulator = emulator;
    this.screen = screen;
  }

  /** A PC that is off. @throws PageError REFUSED where the emulator does not start */
  static async make(files: GuestFiles, { canvas, vga }: PcScreens, renderer: Renderer): Promise<Pc> {
    const { bios, vgaBios } = await files.bios();
    const disk = await files.disk();
    const emulator = new V86({
      ...files.about.pc,
      wasm_path: wasmAddress,
      bios: { buffer: bios },
      vga_bios: { buffer: vgaBios },
      ...(disk && { hda: disk }),
      screen: { container: vga },
      autostart: false,
    });
    await new Promise<void>((resolve) => {
      emulator.add_listener('emulator-ready', () => resolve());
    });
    try {
      return new Pc(emulator, attachSvgaScreen(emulator, canvas, { ...files.about.device, vga, renderer }));
    } catch (error) {
      throw asPageError(error);
    }
  }

  /** @throws PageError REFUSED for a state that the device refuses: then nothing has changed */
  async restore(state: Uint8Array): Promise<void> {
    try {
      await this.screen.restoreState(state);
    } catch (error) {
      throw asPageError(error);
    }
  }

  /** Gives the guest a file, in its shared folder. */
  async share(name: string, bytes: Uint8Array): Promise<void> {
    await this.emulator.create_file(`/${name}`, bytes);
  }
}

function asPageError(error: unknown): unknown {
  return error instanceof V86Error
    ? new PageError('REFUSED', `The emulator refuses it: ${error.message}.`)
    : error;
}
