import type { DeviceObjects } from '../objects/device-objects.js';
import type { LiveRegister } from './register-file.js';
import { SVGA_REG } from '@cg/svga-protocol';

/**
 * The registers of the mouse pointer: its position, and (CURSOR_MOBID) its image.
 * @param defineCursor reads the image from the MOB of that id
 */
export function pointerRegisters(
  { pointer, displays }: DeviceObjects,
  defineCursor: (mobid: number) => void,
): [number, LiveRegister][] {
  const { CURSOR4_X, CURSOR4_Y, CURSOR4_ON, CURSOR4_SCREEN_ID } = SVGA_REG;
  const order = [CURSOR4_X, CURSOR4_Y, CURSOR4_ON, CURSOR4_SCREEN_ID];
  const pending = order.map((register, i): [number, LiveRegister] => {
    const write = (value: number): void => {
      pointer.pending[i] = value;
    };
    return [register, { read: () => pointer.pending[i], write }];
  });
  const place = (['x', 'y', 'on'] as const).map((field, i): [number, LiveRegister] => {
    // A guest that moves the pointer writes CURSOR_ON last; one that does not is seen in `SvgaDevice.advance`.
    const write = (value: number): void => {
      pointer[field] = value;
      if (field === 'on') {
        displays.pointerChanged();
      }
    };
    return [SVGA_REG.CURSOR_X + i, { read: () => pointer[field], write }];
  });
  const submit = {
    read: () => 0,
    write: () => {
      pointer.submit();
      displays.pointerChanged();
    },
  };
  const setMob = (mobid: number): void => {
    pointer.mobId = mobid;
    defineCursor(mobid);
  };
  const mob = { read: () => pointer.mobId, write: setMob };
  return [...pending, ...place, [SVGA_REG.CURSOR4_SUBMIT, submit], [SVGA_REG.CURSOR_MOBID, mob]];
}
