import { SVGA_CAP2 } from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { CommandRules } from './command-rule.js';

/** Copies that some devices lack. */
export const copyRules: CommandRules = {
  INTRA_SURFACE_COPY: {
    inspect(_, [surface]) {
      if ((surface.driver.device.capabilities2 & SVGA_CAP2.INTRA_SURFACE_COPY) === 0) {
        throw new VmwgfxError('EINVAL', 'the device has no copies within a surface');
      }
    },
  },
};
