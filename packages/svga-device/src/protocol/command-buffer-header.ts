import { Struct, viewOf } from './struct.js';
import type { StructValues } from './struct.js';

/** SVGA_CB_MAX_SIZE of svga_reg.h: bytes of the largest command buffer. */
export const SVGA_CB_MAX_SIZE = 512 * 1024;

/** SVGA_CB_MAX_QUEUED_PER_CONTEXT of svga_reg.h. */
export const SVGA_CB_MAX_QUEUED_PER_CONTEXT = 32;

/** SVGACBContext of svga_reg.h: the low six bits of what is written to COMMAND_LOW. */
export const SVGA_CB_CONTEXT = { CONTEXT_0: 0, DEVICE: 0x3f, MASK: 0x3f } as const;

/** SVGACBStatus of svga_reg.h. */
export const SVGA_CB_STATUS = {
  NONE: 0,
  COMPLETED: 1,
  QUEUE_FULL: 2,
  COMMAND_ERROR: 3,
  CB_HEADER_ERROR: 4,
  PREEMPTED: 5,
  SUBMISSION_ERROR: 6,
} as const;

/** SVGACBFlags of svga_reg.h. */
export const SVGA_CB_FLAG = { NONE: 0, NO_IRQ: 1, DX_CONTEXT: 2, MOB: 4 } as const;

const header = new Struct({
  status: 'u32',
  errorOffset: 'u32',
  id: 'u64',
  flags: 'u32',
  length: 'u32',
  pa: 'u64',
  offset: 'u32',
  dxContext: 'u32',
  mustBeZero0: 'u32',
  mustBeZero1: 'u32',
  mustBeZero2: 'u32',
  mustBeZero3: 'u32',
  mustBeZero4: 'u32',
  mustBeZero5: 'u32',
});

/** Bytes of an SVGACBHeader; also its alignment in guest memory. */
export const SVGA_CB_HEADER_BYTES = header.bytes;

/** What a driver says in an SVGACBHeader (svga_reg.h). */
export interface CommandBufferHeader {
  /** Any number the driver likes. */
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
export type CommandBufferHeaderFields = StructValues<{
  status: 'u32';
  errorOffset: 'u32';
  id: 'u64';
  flags: 'u32';
  length: 'u32';
  pa: 'u64';
  offset: 'u32';
  dxContext: 'u32';
}> & {
  /** All of mustBeZero[] is zero. */
  readonly reservedIsZero: boolean;
};

/** Writes a header with status NONE at the start of `target`, which has at least SVGA_CB_HEADER_BYTES. */
export function writeCommandBufferHeader(target: Uint8Array, fields: CommandBufferHeader): void {
  header.write(viewOf(target), 0, {
    status: SVGA_CB_STATUS.NONE,
    errorOffset: 0,
    id: fields.id ?? 0,
    flags: fields.flags ?? SVGA_CB_FLAG.NONE,
    length: fields.length,
    pa: fields.pa,
    offset: fields.offset ?? 0,
    dxContext: fields.dxContext ?? 0,
    mustBeZero0: 0,
    mustBeZero1: 0,
    mustBeZero2: 0,
    mustBeZero3: 0,
    mustBeZero4: 0,
    mustBeZero5: 0,
  });
}

/** Reads the header at the start of `source`, which has at least SVGA_CB_HEADER_BYTES. */
export function readCommandBufferHeader(source: Uint8Array): CommandBufferHeaderFields {
  const { mustBeZero0, mustBeZero1, mustBeZero2, mustBeZero3, mustBeZero4, mustBeZero5, ...fields } =
    header.read(viewOf(source), 0);
  const reserved = mustBeZero0 | mustBeZero1 | mustBeZero2 | mustBeZero3 | mustBeZero4 | mustBeZero5;
  return { ...fields, reservedIsZero: reserved === 0 };
}

/** Writes what the device answers, and nothing else of the header. */
export function writeCommandBufferStatus(target: Uint8Array, status: number, errorOffset = 0): void {
  const view = viewOf(target);
  view.setUint32(header.offsetOf('errorOffset'), errorOffset, true);
  view.setUint32(header.offsetOf('status'), status, true);
}
