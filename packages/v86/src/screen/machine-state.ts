import { V86Error } from '../errors.js';

/** "CGPC" */
const MAGIC = 0x4350_4743;

/** Increased when the layout of the bytes changes. */
const VERSION = 1;

/** Magic, version, and the bytes of each part. */
const HEADER_BYTES = 16;

/** A PC: v86's own state, and a snapshot of the device. */
export interface MachineState {
  readonly emulator: Uint8Array;
  readonly device: Uint8Array;
}

/** Both parts as `SvgaScreen.restoreState` takes them: for a PC that was saved without a screen, as in Node. */
export function encodeState({ emulator, device }: MachineState): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + emulator.length + device.length);
  const view = new DataView(bytes.buffer);
  [MAGIC, VERSION, emulator.length, device.length].forEach((word, i) => view.setUint32(4 * i, word, true));
  bytes.set(emulator, HEADER_BYTES);
  bytes.set(device, HEADER_BYTES + emulator.length);
  return bytes;
}

/**
 * The parts, as views.
 * @throws V86Error EBADMSG for other bytes
 */
export function decodeState(bytes: Uint8Array): MachineState {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (i: number): number => view.getUint32(4 * i, true);
  if (bytes.length < HEADER_BYTES || word(0) !== MAGIC || word(1) !== VERSION) {
    throw new V86Error('EBADMSG', 'not a state of a PC with the device, or of another version');
  }
  const [emulator, device] = [word(2), word(3)];
  if (HEADER_BYTES + emulator + device !== bytes.length) {
    throw new V86Error('EBADMSG', 'the state is cut off, or followed by other bytes', { emulator, device });
  }
  const middle = HEADER_BYTES + emulator;
  return { emulator: bytes.subarray(HEADER_BYTES, middle), device: bytes.subarray(middle) };
}
