import { SVGA_PORT } from '@cg/svga-protocol';
import { SvgaDevice } from '../device.js';
import { SvgaDeviceError } from '../errors.js';
import { SVGA_MAX_DISPLAYS } from '../front/display-registers.js';
import type { DisplayRequest } from '../front/display-registers.js';
import type { Renderer } from '../renderer/renderer.js';
import { RECORD, SPACE } from './recording-format.js';
import { RecordingReader } from './recording-reader.js';

/** What a replay does. */
export interface PlayOptions {
  readonly renderer?: Renderer | undefined;
  /** Called with the device before it does anything. */
  readonly started?: (device: SvgaDevice) => void;
  /**
   * Called at each mark, when all before it is done.
   * @returns true to end the replay there
   */
  readonly marked?: (text: string, device: SvgaDevice) => Promise<boolean | void> | boolean | void;
}

/**
 * Replays a recording on a new device, without a guest.
 * @returns the device at the end, when no command waits
 * @throws SvgaDeviceError EBADMSG for bytes that are no recording of this version, or are damaged: with the place;
 * EINVAL for options that no device has; ENOMEM if the host has not as much memory as the guest had
 */
export async function playRecording(recording: Uint8Array, options: PlayOptions = {}): Promise<SvgaDevice> {
  const reader = new RecordingReader(recording);
  const { memoryBytes, deviceOptions } = reader.header();
  const memory = allocate(memoryBytes);
  const device = new SvgaDevice(
    {
      memory: { bytes: memory.length, view: (address, bytes) => memory.subarray(address, address + bytes) },
      setInterrupt: () => {},
      renderer: options.renderer,
    },
    deviceOptions,
  );
  options.started?.(device);
  const fifo = new Uint8Array(device.fifo.buffer, device.fifo.byteOffset, device.fifo.byteLength);
  const spaces = (space: number): Uint8Array | undefined =>
    space === SPACE.GUEST
      ? memory
      : space === SPACE.FIFO
        ? fifo
        : space === SPACE.VRAM
          ? device.vram
          : undefined;
  for (let kind = reader.kind(); kind !== RECORD.END; kind = reader.kind()) {
    if (kind === RECORD.MEMORY) {
      reader.memory(spaces);
    } else if (kind === RECORD.MARK) {
      const text = reader.text();
      if ((await options.marked?.(text, device)) === true) {
        return device;
      }
    } else {
      access(device, reader, kind);
      if (device.isWaiting) {
        await device.settle();
      }
    }
  }
  reader.end();
  return device;
}

function allocate(bytes: number): Uint8Array {
  try {
    return new Uint8Array(bytes);
  } catch {
    throw new SvgaDeviceError('ENOMEM', 'the host has no memory for the guest', { bytes });
  }
}

/** One access to the device. */
function access(device: SvgaDevice, reader: RecordingReader, kind: number): void {
  switch (kind) {
    case RECORD.WRITE: {
      device.writePort(SVGA_PORT.INDEX, reader.word());
      device.writePort(SVGA_PORT.VALUE, reader.word());
      return;
    }
    case RECORD.ACKNOWLEDGE:
      device.writePort(SVGA_PORT.IRQSTATUS, reader.word());
      return;
    case RECORD.READ:
      device.writePort(SVGA_PORT.INDEX, reader.word());
      device.readPort(SVGA_PORT.VALUE);
      return;
    case RECORD.ADVANCE:
      device.advance(reader.time());
      return;
    case RECORD.RESTORE:
      device.restore(reader.bytes());
      return;
    case RECORD.DISPLAYS:
      requestDisplays(device, reader);
      return;
    default:
      reader.refuse('is of no known kind', { kind });
  }
}

function requestDisplays(device: SvgaDevice, reader: RecordingReader): void {
  const displays: DisplayRequest[] = [];
  for (let left = reader.number(); left > 0 && displays.length <= SVGA_MAX_DISPLAYS; left--) {
    const [x, y] = [reader.word() | 0, reader.word() | 0];
    displays.push({ x, y, width: reader.word(), height: reader.word() });
  }
  try {
    device.requestDisplays(displays);
  } catch (error) {
    reader.refuse(`asks for what is no display (${(error as Error).message})`);
  }
}
