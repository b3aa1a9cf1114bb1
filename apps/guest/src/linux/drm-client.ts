import type { CaseSurface } from '@cg/machine/guest-cases';
import type { AgentProgram } from '../agent/agent-program.js';
import { EFAULT, mustSucceed, OPEN, openFile, SYS } from './system-calls.js';

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

/** ioctl directions (asm-generic/ioctl.h). */
const WRITE = 1;
const READ_WRITE = 3;

/** DRM_COMMAND_BASE of drm.h, and commands of vmwgfx_drm.h. */
const DRM_COMMAND_BASE = 0x40;
const VMW = {
  ALLOC_BO: 1,
  EXECBUF: 12,
  FENCE_WAIT: 14,
  CREATE_EXTENDED_CONTEXT: 26,
  GB_SURFACE_CREATE_EXT: 27,
} as const;

/** drm_vmw_extended_context. */
const DX_CONTEXT = 1;

/** drm_vmw_surface_flags: the driver makes the buffer object; memory is coherent. */
const CREATE_BUFFER = 4;
const COHERENT = 8;

const EXECBUF_VERSION = 2;
const FENCE_FLAG_EXEC = 1;
const WAIT_OPTION_UNREF = 1;
const INVALID_ID = 0xffff_ffff;
const WAIT_MICROSECONDS = 30_000_000;

const PAGE_SIZE = 4096;

/** Where arguments lie in the agent's memory. */
const ARGUMENT = 0;
const FENCE = 1024;
const COMMANDS = 4096;

function ioctl(direction: number, command: number, bytes: number): number {
  return direction * 2 ** 30 + bytes * 2 ** 16 + 0x64 * 2 ** 8 + DRM_COMMAND_BASE + command;
}

/** A buffer object as the kernel made it. */
interface KernelBuffer {
  readonly handle: number;
  /** Whole pages. */
  readonly bufferBytes: number;
  /** For mmap. */
  readonly mapOffset: number;
}

/** A surface as the kernel made it; the buffer is the one it lives in. */
export interface KernelSurface extends KernelBuffer {
  /** Bytes of the surface. */
  readonly bytes: number;
}

/** A process that has the guest's GPU open: the calls of vmwgfx_drm.h, with i386 layouts. */
export class DrmClient {
  readonly #program: AgentProgram;
  readonly #file: number;

  private constructor(program: AgentProgram, file: number) {
    this.#program = program;
    this.#file = file;
  }

  /** @throws GuestError where the guest refuses */
  static async open(program: AgentProgram, path = '/dev/dri/renderD128'): Promise<DrmClient> {
    return new DrmClient(program, await openFile(program, path, OPEN.READ_WRITE));
  }

  /** Everything that the process has made is gone. */
  async close(): Promise<void> {
    await this.#program.call(SYS.CLOSE, this.#file);
  }

  /** A guest-backed surface with a buffer object; `coherent` tells the kernel to keep it so. */
  async createSurface(surface: CaseSurface, coherent: boolean): Promise<KernelSurface> {
    const { fmt, w, h, d = 1, mips = 1, array = 0, flags = 0 } = surface;
    const drmFlags = CREATE_BUFFER + (coherent ? COHERENT : 0);
    // drm_vmw_gb_surface_create_ext_req; multisampling, upper flags, strides and the version are 0.
    const request = [flags, fmt, mips, drmFlags, 0, 0, INVALID_ID, array, w, h, d, 0, 0, 0, 0, 0, 0, 0];
    const answer = await this.#control(READ_WRITE, VMW.GB_SURFACE_CREATE_EXT, request);
    const [handle, bytes, , bufferBytes, mapOffsetLow, mapOffsetHigh] = answer;
    return { handle, bytes, bufferBytes, mapOffset: mapOffsetLow + mapOffsetHigh * 2 ** 32 };
  }

  /** A buffer object of whole pages. */
  async createBuffer(bytes: number): Promise<KernelBuffer> {
    // drm_vmw_alloc_bo_arg: the size, and in its place the answer.
    const answer = await this.#control(READ_WRITE, VMW.ALLOC_BO, [bytes, 0, 0, 0, 0, 0]);
    const [mapOffsetLow, mapOffsetHigh, handle] = answer;
    return { handle, bufferBytes: bytes, mapOffset: mapOffsetLow + mapOffsetHigh * 2 ** 32 };
  }

  /** @returns its handle */
  async createDxContext(): Promise<number> {
    const [handle] = await this.#control(READ_WRITE, VMW.CREATE_EXTENDED_CONTEXT, [DX_CONTEXT, 0]);
    return handle;
  }

  /** Maps a buffer object, shared and writable. @returns the address */
  async map({ bufferBytes, mapOffset }: KernelBuffer): Promise<number> {
    const page = Math.floor(mapOffset / PAGE_SIZE);
    const args = [0, bufferBytes, PROT_READ_WRITE, MAP_SHARED, this.#file, page];
    const address = await this.#program.call(SYS.MMAP2, ...args);
    // Addresses above 2 GiB come as negative numbers; the last page of them all are errors.
    return address < 0 && address > -PAGE_SIZE ? mustSucceed('mmap', address) : address >>> 0;
  }

  async unmap(address: number, { bufferBytes }: KernelBuffer): Promise<void> {
    mustSucceed('munmap', await this.#program.call(SYS.MUNMAP, address, bufferBytes));
  }

  /** Submits commands, whose ids are handles, and waits for their fence. */
  async submit(commands: Uint8Array, dxContext = INVALID_ID): Promise<void> {
    const { scratch } = this.#program;
    await this.#program.poke(scratch + COMMANDS, commands);
    // drm_vmw_fence_rep; its error tells whether the kernel has written it.
    const untouched = [0, 0, 0, 0, 0, -EFAULT];
    await this.#program.poke(scratch + FENCE, bytesOf(untouched));
    const buffer = [scratch + COMMANDS, 0, commands.length, 0, scratch + FENCE, 0];
    const request = [...buffer, EXECBUF_VERSION, 0, dxContext, INVALID_ID];
    await this.#control(WRITE, VMW.EXECBUF, request);
    const fence = await this.#program.peek(scratch + FENCE, 4 * untouched.length);
    const [handle, , , , , error] = new Int32Array(fence.slice().buffer);
    if (error === 0) {
      const timeout = [WAIT_MICROSECONDS, 0];
      const wait = [handle, 0, 0, 0, ...timeout, 0, FENCE_FLAG_EXEC, WAIT_OPTION_UNREF, 0];
      await this.#control(READ_WRITE, VMW.FENCE_WAIT, wait);
    }
  }

  async #control(direction: number, command: number, request: readonly number[]): Promise<Uint32Array> {
    const { scratch } = this.#program;
    const bytes = 4 * request.length;
    await this.#program.poke(scratch + ARGUMENT, bytesOf(request));
    const number = ioctl(direction, command, bytes);
    const result = await this.#program.call(SYS.IOCTL, this.#file, number, scratch + ARGUMENT);
    mustSucceed(`ioctl ${DRM_COMMAND_BASE + command}`, result);
    const answer = await this.#program.peek(scratch + ARGUMENT, bytes);
    return new Uint32Array(answer.slice().buffer);
  }
}

function bytesOf(words: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(words).buffer);
}
