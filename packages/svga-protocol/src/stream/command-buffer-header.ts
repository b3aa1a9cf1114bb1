import { arrayOf, Struct } from '../structures/struct.js';
import { readU32, writeU32 } from '../structures/words.js';

/** SVGA_CB_MAX_SIZE_DEFAULT of svga_reg.h: bytes of the largest command buffer. */
export const SVGA_CB_MAX_SIZE = 512 * 1024;

/** SVGA_CB_MAX_SIZE_4MB of svga_reg.h: the same on a device with SVGA_CAP2_CB_MAX_SIZE_4MB. */
export const SVGA_CB_MAX_SIZE_4MB = 4 * 1024 * 1024;

/** SVGA_CB_MAX_QUEUED_PER_CONTEXT of svga_reg.h. */
export const SVGA_CB_MAX_QUEUED_PER_CONTEXT = 32;

/** SVGACBContext of svga_reg.h: the low six bits of COMMAND_LOW. */
export const SVGA_CB_CONTEXT = { CONTEXT_0: 0, CONTEXT_1: 1, DEVICE: 0x3f, MASK: 0x3f } as const;

/** SVGACBStatus of svga_reg.h. */
export const SVGA_CB_STATUS = {
  NONE: 0,
  COMPLETED: 1,
  QUEUE_FULL: 2,
  COMMAND_ERROR: 3,
  CB_HEADER_ERROR: 4,
  PREEMPTED: 5,
  SUBMISSION_ERROR: 6,
  PARTIAL_COMPLETE: 7,
} as const;

/** SVGACBFlags of svga_reg.h. */
export const SVGA_CB_FLAG = { NONE: 0, NO_IRQ: 1, DX_CONTEXT: 2, MOB: 4 } as const;

/** SVGACBHeader of svga_reg.h. */
export const commandBufferHeader = new Struct({
  status: 'SVGACBStatus',
  errorOffset: 'u32',
  id: 'u64',
  flags: 'SVGACBFlags',
  length: 'u32',
  pa: 'u64',
  offset: 'u32',
  dxContext: 'u32',
  mustBeZero: arrayOf('u32', 6),
});

/** Bytes of an SVGACBHeader; also its alignment in guest memory. */
export const SVGA_CB_HEADER_BYTES = commandBufferHeader.bytes;

/** The driver's fields of an SVGACBHeader (svga_reg.h). */
export interface CommandBufferHeader {
  /** Chosen by the driver. */
  readonly id?: number;
  /** SVGA_CB_FLAG bits. */
  readonly flags?: number;
  /** Bytes of commands. */
  readonly length: number;
  /** ptr.pa: guest-physical address of the commands. */
  readonly pa: number;
  /** Must be zero without SVGA_CAP_CMD_BUFFERS_2. */
  readonly offset?: number;
  readonly dxContext?: number;
}

/** An SVGACBHeader as the device reads it. */
export interface CommandBufferHeaderFields {
  /** SVGA_CB_STATUS. */
  readonly status: number;
  readonly errorOffset: number;
  readonly id: number;
  /** SVGA_CB_FLAG bits. */
  readonly flags: number;
  readonly length: number;
  /** ptr.pa. */
  readonly pa: number;
  /** ptr.mob.mobid and ptr.mob.mobOffset: the bytes of `pa` in a header with SVGA_CB_FLAG.MOB. */
  readonly mobid: number;
  readonly mobOffset: number;
  readonly offset: number;
  readonly dxContext: number;
  /** All of mustBeZero[] is zero. */
  readonly reservedIsZero: boolean;
}

const AT = commandBufferHeader.offsets;
const TWO_32 = 2 ** 32;

function writeU64(bytes: Uint8Array, at: number, value: number): void {
  writeU32(bytes, at, value % TWO_32);
  writeU32(bytes, at + 4, Math.floor(value / TWO_32));
}

/** Writes a header with status NONE at the start of `target`, which has at least SVGA_CB_HEADER_BYTES. */
export function writeCommandBufferHeader(target: Uint8Array, fields: CommandBufferHeader): void {
  target.fill(0, 0, SVGA_CB_HEADER_BYTES);
  writeU64(target, AT.id, fields.id ?? 0);
  writeU32(target, AT.flags, fields.flags ?? SVGA_CB_FLAG.NONE);
  writeU32(target, AT.length, fields.length);
  writeU64(target, AT.pa, fields.pa);
  writeU32(target, AT.offset, fields.offset ?? 0);
  writeU32(target, AT.dxContext, fields.dxContext ?? 0);
}

/** Reads the header at the start of `source`, which has at least SVGA_CB_HEADER_BYTES. */
export function readCommandBufferHeader(source: Uint8Array): CommandBufferHeaderFields {
  const mobid = readU32(source, AT.pa);
  const mobOffset = readU32(source, AT.pa + 4);
  return {
    status: readU32(source, AT.status),
    errorOffset: readU32(source, AT.errorOffset),
    id: readU32(source, AT.id) + readU32(source, AT.id + 4) * TWO_32,
    flags: readU32(source, AT.flags),
    length: readU32(source, AT.length),
    pa: mobid + mobOffset * TWO_32,
    mobid,
    mobOffset,
    offset: readU32(source, AT.offset),
    dxContext: readU32(source, AT.dxContext),
    reservedIsZero: isZero(source, AT.mustBeZero, SVGA_CB_HEADER_BYTES),
  };
}

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (bytes[at] !== 0) {
      return false;
    }
  }
  return true;
}

/** Writes only the device's fields of the header. */
export function writeCommandBufferStatus(target: Uint8Array, status: number, errorOffset = 0): void {
  writeU32(target, AT.errorOffset, errorOffset);
  writeU32(target, AT.status, status);
}
