import {
  CommandReader,
  readCommandBufferHeader,
  readU32,
  SVGA_CB_CONTEXT,
  SVGA_CB_FLAG,
  SVGA_CB_HEADER_BYTES,
  SVGA_CB_MAX_SIZE_4MB,
  SVGA_REG,
  SvgaProtocolError,
} from '@cg/svga-protocol';
import { BoundShaders, type BoundShader } from './bound-shaders.js';
import type { GuestPages } from './mob-memory.js';

/** The first bytes of a recording of a device: pages of guest memory and register writes. */
const MAGIC = 'CGREC1\0\0';
const KIND = { PAGE: 1, ZERO_PAGE: 2, REGISTER: 3, MARK: 5 } as const;
const PAGE_BYTES = 4096;
const ZEROS = new Uint8Array(PAGE_BYTES);

export function isRecording(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, MAGIC.length)).toString('latin1') === MAGIC;
}

/** A recording that is damaged. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

/** The guest pages that a recording has shown so far. */
class RecordedPages implements GuestPages {
  readonly #pages = new Map<number, Uint8Array>();

  set(page: number, bytes: Uint8Array): void {
    this.#pages.set(page, bytes);
  }

  read(physical: number, into: Uint8Array): boolean {
    for (let done = 0; done < into.length;) {
      const at = physical + done;
      const page = this.#pages.get(Math.floor(at / PAGE_BYTES));
      if (page === undefined) {
        return false;
      }
      const part = page.subarray(
        at % PAGE_BYTES,
        Math.min(PAGE_BYTES, (at % PAGE_BYTES) + into.length - done),
      );
      into.set(part, done);
      done += part.length;
    }
    return true;
  }
}

/**
 * The shaders that were bound in a recording, with the code that each had then.
 * @throws RecordingError where the recording is damaged
 */
export function recordedShaders(bytes: Uint8Array): BoundShader[] {
  const pages = new RecordedPages();
  const bound = new BoundShaders(pages);
  let commandHigh = 0;
  for (const record of records(bytes)) {
    if (record.kind === 'page') {
      pages.set(record.page, record.bytes);
    } else if (record.register === SVGA_REG.COMMAND_HIGH) {
      commandHigh = record.value;
    } else if (record.register === SVGA_REG.COMMAND_LOW) {
      followBuffer(pages, bound, commandHigh, record.value);
    }
  }
  return bound.shaders;
}

type RecordedEvent =
  | { readonly kind: 'page'; readonly page: number; readonly bytes: Uint8Array }
  | { readonly kind: 'register'; readonly register: number; readonly value: number };

function* records(bytes: Uint8Array): Generator<RecordedEvent> {
  for (let at = MAGIC.length; at < bytes.length;) {
    const word = (i: number) => (at + 4 * i + 4 <= bytes.length ? readU32(bytes, at + 4 * i) : 0);
    const kind = word(0);
    const [header, data] =
      kind === KIND.PAGE
        ? [8, PAGE_BYTES]
        : kind === KIND.ZERO_PAGE
          ? [8, 0]
          : kind === KIND.MARK
            ? [12, word(1)]
            : [16, 0];
    if (kind !== KIND.REGISTER && kind !== KIND.MARK && kind !== KIND.PAGE && kind !== KIND.ZERO_PAGE) {
      throw new RecordingError(`record of unknown kind ${kind} at offset ${at}`);
    }
    const end = at + header + data;
    if (end > bytes.length) {
      throw new RecordingError(`record at offset ${at} is cut off`);
    }
    if (kind === KIND.PAGE || kind === KIND.ZERO_PAGE) {
      yield { kind: 'page', page: word(1), bytes: data === 0 ? ZEROS : bytes.subarray(at + header, end) };
    } else if (kind === KIND.REGISTER) {
      yield { kind: 'register', register: word(1), value: word(2) };
    }
    at = end;
  }
}

/** A command buffer that a register write submits; one that is damaged, or not recorded whole, is passed over. */
function followBuffer(pages: GuestPages, bound: BoundShaders, high: number, low: number): void {
  const address = high * 2 ** 32 + ((low & ~SVGA_CB_CONTEXT.MASK) >>> 0);
  const headerBytes = new Uint8Array(SVGA_CB_HEADER_BYTES);
  if ((low & SVGA_CB_CONTEXT.MASK) === SVGA_CB_CONTEXT.DEVICE || !pages.read(address, headerBytes)) {
    return;
  }
  const { flags, length, pa, dxContext } = readCommandBufferHeader(headerBytes);
  const commands = new Uint8Array(Math.min(length, SVGA_CB_MAX_SIZE_4MB));
  if (!pages.read(pa, commands)) {
    return;
  }
  const context = (flags & SVGA_CB_FLAG.DX_CONTEXT) === 0 ? 0 : dxContext;
  const reader = new CommandReader().aim(commands);
  try {
    while (reader.next()) {
      bound.follow(reader, context);
    }
  } catch (error) {
    if (!(error instanceof SvgaProtocolError)) {
      throw error;
    }
  }
}
