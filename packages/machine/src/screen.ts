import { PAGE_SIZE } from '@cg/pagetable';
import { type ScreenTargetImage } from '@cg/svga-device';
import { SVGA3D_MOBFMT, SVGA_OTABLE, type CommandFields, type CommandName } from '@cg/svga-protocol';
import { VmwgfxError } from '@cg/vmwgfx';
import { MachineError } from './errors.js';
import type { Machine } from './machine.js';

/** Id of the screen target. */
const SCREEN = 0;
/** SVGA_STFLAG_PRIMARY of svga3d_types.h. */
const PRIMARY = 1;

/**
 * The machine's screen: a screen target of the device, driven by device commands like those of a display driver. A
 * machine has one.
 */
export class Screen {
  /** @throws MachineError EINVAL if the device refuses the screen; PageTableError ENOMEM */
  constructor(
    readonly machine: Machine,
    readonly width: number,
    readonly height: number,
  ) {
    this.#send('SET_OTABLE_BASE64', {
      type: SVGA_OTABLE.SCREENTARGET,
      baseAddress: machine.memory.allocateFrame(),
      sizeInBytes: PAGE_SIZE,
      validSizeInBytes: 0,
      ptDepth: SVGA3D_MOBFMT.PTDEPTH64_0,
    });
    const place = { xRoot: 0, yRoot: 0, flags: PRIMARY, dpi: 0 };
    this.#send('DEFINE_GB_SCREENTARGET', { stid: SCREEN, width, height, ...place });
  }

  /**
   * Shows the first image of a surface, with the device's current content.
   * @param sid the device's id of the surface (`DrmFile.deviceId`)
   * @returns the pixels, red, green, blue and alpha; a live view
   * @throws MachineError EINVAL if the device cannot show its format, ENOMEM
   */
  show(sid: number): ScreenTargetImage {
    const { width: w, height: h } = this;
    this.#send('BIND_GB_SCREENTARGET', { stid: SCREEN, sid, face: 0, mipmap: 0 });
    this.#send('UPDATE_GB_SCREENTARGET', { stid: SCREEN, x: 0, y: 0, w, h });
    const image = this.machine.device.screenTarget(SCREEN);
    if (image === undefined) {
      throw new MachineError('ENOMEM', `the device has no memory for ${w}x${h} pixels`);
    }
    return image;
  }

  #send<N extends CommandName>(name: N, fields: CommandFields<N>): void {
    const { device, driver } = this.machine;
    try {
      driver.state.queue.emit(name, fields);
      driver.state.queue.flush();
    } catch (error) {
      if (!(error instanceof VmwgfxError)) {
        throw error;
      }
      const why = device.lastError?.message ?? error.message;
      throw new MachineError('EINVAL', `the device cannot show it: ${why}`);
    }
  }
}
