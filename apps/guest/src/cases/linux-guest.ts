import {
  atLevel,
  CommandLog,
  copyOfLastMip,
  surfaceOf,
  type ByteRange,
  type CaseGuest,
  type GuestCase,
  type SurfaceCommands,
} from '@cg/machine/guest-cases';
import type { SvgaDevice } from '@cg/svga-device';
import type { CommandReader } from '@cg/svga-protocol';
import type { AgentProgram } from '../agent/agent-program.js';
import { DrmClient, type KernelSurface } from '../linux/drm-client.js';

const PAGE_SIZE = 4096;

/** The parts of a guest that a case needs. */
export interface LinuxGuestHost {
  readonly program: AgentProgram;
  readonly device: SvgaDevice;
  /** Replaces the listener of the device's commands. */
  observe(listener: (command: CommandReader) => void): void;
}

/** Runs the program of a case in the guest's kernel. */
export class LinuxGuest implements CaseGuest {
  readonly #host: LinuxGuestHost;
  readonly #client: DrmClient;
  readonly #case: GuestCase;
  readonly #log: CommandLog;
  readonly #surface: KernelSurface;
  readonly #other: KernelSurface;
  #address: number;
  /** The device's ids, known from the first submission on. */
  #ids: { readonly surface: number; readonly other: number } | undefined;

  private constructor(
    host: LinuxGuestHost,
    client: DrmClient,
    guestCase: GuestCase,
    { surface, other, address }: { surface: KernelSurface; other: KernelSurface; address: number },
  ) {
    this.#host = host;
    this.#client = client;
    this.#case = guestCase;
    this.#surface = surface;
    this.#other = other;
    this.#address = address;
    this.#log = new CommandLog(surfaceOf(guestCase).mipLevels);
    host.observe(this.#log.note);
  }

  /** @throws GuestError where the kernel cannot create the case's surfaces */
  static async start(host: LinuxGuestHost, guestCase: GuestCase): Promise<LinuxGuest> {
    const client = await DrmClient.open(host.program);
    const surface = await client.createSurface(guestCase.surface, true);
    const other = await client.createSurface(guestCase.surface, false);
    const address = await client.map(surface);
    return new LinuxGuest(host, client, guestCase, { surface, other, address });
  }

  /** The surface's size, from the kernel. */
  get bytes(): number {
    return this.#surface.bytes;
  }

  async end(): Promise<void> {
    await this.#client.unmap(this.#address, this.#surface);
    await this.#client.close();
    this.#host.observe(() => {});
  }

  async read([offset, length]: ByteRange): Promise<Uint8Array> {
    await this.#host.program.flush();
    return this.#host.program.peek(this.#address + offset, length);
  }

  async write([offset, length]: ByteRange, value: number): Promise<void> {
    await this.#host.program.fill(this.#address + offset, length, value);
  }

  async remap(): Promise<void> {
    await this.#host.program.flush();
    await this.#client.unmap(this.#address, this.#surface);
    this.#address = await this.#client.map(this.#surface);
  }

  async submit(toSurface: boolean): Promise<void> {
    const [surface, other] = [this.#surface.handle, this.#other.handle];
    const [srcSid, destSid] = toSurface ? [other, surface] : [surface, other];
    const { width, height, depth, mipLevels } = surfaceOf(this.#case);
    const last = mipLevels - 1;
    const size = { width: atLevel(width, last), height: atLevel(height, last), depth: atLevel(depth, last) };
    this.#log.lastCopy = undefined;
    await this.#client.submit(copyOfLastMip({ srcSid, destSid, mipmap: last, ...size }));
    const copy = this.#log.lastCopy as CommandLog['lastCopy'];
    if (copy !== undefined) {
      this.#ids = toSurface
        ? { surface: copy.dest, other: copy.src }
        : { surface: copy.src, other: copy.dest };
    }
    await this.#host.device.settle();
  }

  async pageHashes(): Promise<readonly number[]> {
    await this.#host.program.flush();
    return this.#host.program.hashes(this.#address, this.#surface.bytes, PAGE_SIZE);
  }

  image(which: 'surface' | 'other', subresource: number): Uint8Array | undefined {
    return this.#ids === undefined ? undefined : this.#host.device.image(this.#ids[which], subresource);
  }

  async takeCommands(): Promise<SurfaceCommands> {
    await this.#host.program.flush();
    return this.#log.take(this.#ids?.surface);
  }
}
