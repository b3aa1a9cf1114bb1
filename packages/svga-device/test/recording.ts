import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { SvgaDevice } from '../src/index.js';
import type { Renderer } from '../src/index.js';
import { SVGA_PORT, SVGA_REG } from '@cg/svga-protocol';
import type { CommandReader } from '@cg/svga-protocol';

const KIND = { PAGE: 1, ZERO_PAGE: 2, REGISTER: 3, MARK: 5 } as const;
const PAGE_BYTES = 4096;
const IRQ_STATUS = 0xffff_ffff;
const MIB = 2 ** 20;

/** The guest had 768 MiB of memory, and the device's memory where @cg/v86 puts it. */
const MEMORY_BYTES = 768 * MIB;
const PLACE = {
  vramAddress: 0xe800_0000,
  vramBytes: 16 * MIB,
  fifoAddress: 0xec00_0000,
  fifoBytes: MIB / 4,
};

/** The guest's memory: the pages that the recording has. All others read as zeros. */
class RecordedMemory {
  readonly bytes = MEMORY_BYTES;
  // Allocated zeroed and untouched: the host gives it pages as they are written.
  readonly #bytes = new Uint8Array(MEMORY_BYTES);

  view(address: number, bytes: number): Uint8Array {
    return this.#bytes.subarray(address, address + bytes);
  }
}

/**
 * Replays a recording (`recordings/README.md`) on a fresh device.
 * @param commandStarts told of each command with the last mark before it
 * @returns the device at the end
 */
export function replayRecording(
  file: URL,
  commandStarts: (device: SvgaDevice, command: CommandReader, mark: string) => void,
): SvgaDevice {
  return replayBytes(gunzipSync(readFileSync(file)), commandStarts);
}

/** The same of a recording's bytes, with a renderer. @param refused told of each refusal */
function replayBytes(
  recording: Buffer,
  commandStarts: (device: SvgaDevice, command: CommandReader, mark: string) => void,
  renderer?: Renderer,
  refused?: (error: Error, mark: string) => void,
): SvgaDevice {
  const memory = new RecordedMemory();
  let mark = '';
  const device = new SvgaDevice({ memory, setInterrupt: () => {}, renderer }, { dx: true, ...PLACE });
  device.events.listen((event) => {
    if (event.kind === 'command-starts') {
      commandStarts(device, event.reader, mark);
    } else if (event.kind === 'refused') {
      refused?.(event.error, mark);
    }
  });
  const word = (at: number) => recording.readUInt32LE(at);
  for (let at = 8; at < recording.length;) {
    const kind = word(at);
    if (kind === KIND.PAGE || kind === KIND.ZERO_PAGE) {
      const page = memory.view(word(at + 4) * PAGE_BYTES, PAGE_BYTES);
      at += 8;
      if (kind === KIND.PAGE) {
        page.set(recording.subarray(at, at + PAGE_BYTES));
        at += PAGE_BYTES;
      } else {
        page.fill(0);
      }
    } else if (kind === KIND.REGISTER) {
      writeRegister(device, word(at + 4), word(at + 8));
      at += 16;
    } else if (kind === KIND.MARK) {
      const end = at + 12 + word(at + 4);
      mark = recording.toString('utf8', at + 12, end);
      at = end;
    } else {
      throw new Error(`record of kind ${kind} at ${at}`);
    }
  }
  return device;
}

function writeRegister(device: SvgaDevice, register: number, value: number): void {
  if (register === IRQ_STATUS) {
    device.writePort(SVGA_PORT.IRQSTATUS, value);
    return;
  }
  if (!Object.values<number>(SVGA_REG).includes(register)) {
    throw new Error(`register ${register}`);
  }
  device.writePort(SVGA_PORT.INDEX, register);
  device.writePort(SVGA_PORT.VALUE, value);
}
