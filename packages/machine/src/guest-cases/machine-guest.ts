import { PAGE_SIZE, type Vma } from '@cg/pagetable';
import { encodeCommand } from '@cg/svga-protocol';
import { Machine, type MachineOptions, type Process } from '../machine.js';
import { fnv1a, type CaseGuest, type SurfaceCommands } from './case-guest.js';
import { CommandLog } from './command-log.js';
import { surfaceOf, type ByteRange, type GuestCase } from './guest-case.js';

const MEMORY_BYTES = 16 * 2 ** 20;

/** The program of a case on the simulated machine and its driver. */
export class MachineGuest implements CaseGuest {
  /** The size of the surface from the driver. */
  readonly bytes: number;
  readonly #machine: Machine;
  readonly #process: Process;
  readonly #log: CommandLog;
  readonly #surface: number;
  readonly #other: number;
  readonly #lastMip: { readonly width: number; readonly height: number; readonly depth: number };
  readonly #mips: number;
  #vma: Vma;

  /** @param configure changes the options of the machine */
  constructor(guestCase: GuestCase, configure = (base: MachineOptions): MachineOptions => base) {
    const surface = surfaceOf(guestCase);
    this.#mips = surface.mipLevels;
    this.#log = new CommandLog(this.#mips);
    const options = { cpus: 1, memoryBytes: MEMORY_BYTES, device: { dx: guestCase.dx } };
    this.#machine = new Machine(configure(options));
    this.#machine.device.events.listen((event) => {
      if (event.kind === 'command-starts') {
        this.#log.note(event.reader);
      }
    });
    this.#process = this.#machine.spawn();
    const { handle, bytes } = this.#process.file.createSurface({ ...surface, coherent: true });
    this.bytes = bytes;
    this.#surface = handle;
    this.#other = this.#process.file.createSurface(surface).handle;
    this.#lastMip = {
      width: atLevel(surface.width, this.#mips - 1),
      height: atLevel(surface.height, this.#mips - 1),
      depth: atLevel(surface.depth, this.#mips - 1),
    };
    this.#vma = this.#process.map(handle);
  }

  async read([offset, length]: ByteRange): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    this.#machine.cpus[0].loadBytes(this.#vma.start + offset, bytes);
    return bytes;
  }

  async write([offset, length]: ByteRange, value: number): Promise<void> {
    this.#machine.cpus[0].storeBytes(this.#vma.start + offset, new Uint8Array(length).fill(value));
  }

  async remap(): Promise<void> {
    this.#process.addressSpace.unmap(this.#vma);
    this.#vma = this.#process.map(this.#surface);
  }

  async submit(toSurface: boolean): Promise<void> {
    const [srcSid, destSid] = toSurface ? [this.#other, this.#surface] : [this.#surface, this.#other];
    this.#process.file
      .submit(copyOfLastMip({ srcSid, destSid, mipmap: this.#mips - 1, ...this.#lastMip }))
      .wait();
  }

  async pageHashes(): Promise<readonly number[]> {
    const bytes = await this.read([0, this.bytes]);
    return Array.from({ length: Math.ceil(bytes.length / PAGE_SIZE) }, (_, page) =>
      fnv1a(bytes.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE)),
    );
  }

  image(which: 'surface' | 'other', subresource: number): Uint8Array | undefined {
    const handle = which === 'surface' ? this.#surface : this.#other;
    return this.#machine.device.image(this.#process.file.deviceId(handle), subresource);
  }

  async takeCommands(): Promise<SurfaceCommands> {
    return this.#log.take(this.#process.file.deviceId(this.#surface));
  }
}

/** Texels of a mip in one direction. */
export function atLevel(texels: number, level: number): number {
  return Math.max(1, Math.floor(texels / 2 ** level));
}

/** The SURFACE_COPY of the cases, with handles for ids. */
export function copyOfLastMip({
  srcSid,
  destSid,
  mipmap,
  width,
  height,
  depth,
}: Readonly<Record<'srcSid' | 'destSid' | 'mipmap' | 'width' | 'height' | 'depth', number>>): Uint8Array {
  const box = { x: 0, y: 0, z: 0, w: width, h: height, d: depth, srcx: 0, srcy: 0, srcz: 0 };
  return encodeCommand('SURFACE_COPY', {
    srcSid,
    srcFace: 0,
    srcMipmap: mipmap,
    destSid,
    destFace: 0,
    destMipmap: mipmap,
    boxes: [box],
  });
}
