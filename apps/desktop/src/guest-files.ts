import { PageError } from './page-error.js';

/** The format of `guest.json` that this page reads. */
const FORMAT = 1;

/** A file beside `guest.json`. */
interface GuestFile {
  readonly name: string;
  readonly bytes: number;
  /** Of its contents, in hexadecimal. */
  readonly sha256: string;
}

/** What `cg guest --page` writes to `guest.json`. */
export interface AboutGuest {
  readonly format: number;
  /** Version of the emulator that has saved the state. */
  readonly v86: string;
  /** Options of `V86`. */
  readonly pc: object;
  /** Options of the device. */
  readonly device: object;
  /** Where the guest has the page's files. */
  readonly sharedFolder: string;
  readonly state: GuestFile;
  readonly bios: GuestFile;
  readonly vgaBios: GuestFile;
  /** The first hard disk, read by ranges of bytes. */
  readonly disk?: Pick<GuestFile, 'name' | 'bytes'>;
  /** Debian's source packages. */
  readonly sources: readonly { readonly name: string; readonly version: string }[];
}

/** Receives the bytes of a file as they arrive. */
type Progress = (received: number, bytes: number) => void;

const hasName = (file: Partial<GuestFile> | undefined): boolean => typeof file?.name === 'string';

/** The files of a guest, from a folder of the server. */
export class GuestFiles {
  readonly about: AboutGuest;
  readonly #folder: string;

  private constructor(about: AboutGuest, folder: string) {
    this.about = about;
    this.#folder = folder;
  }

  /**
   * @param folder the address of the files, with a slash at its end
   * @param v86 version of the page's emulator
   * @throws PageError MISSING, VERSION or DAMAGED
   */
  static async open(folder: string, v86: string): Promise<GuestFiles> {
    const text = new TextDecoder().decode(await download(`${folder}guest.json`));
    let about: Partial<AboutGuest>;
    try {
      about = JSON.parse(text) as Partial<AboutGuest>;
    } catch {
      // A server that answers every address with its own page.
      throw new PageError('MISSING', `There is no guest at ${folder}: «npm run desktop» makes one.`);
    }
    if (about.format !== FORMAT) {
      throw new PageError(
        'VERSION',
        `The guest's files have format ${about.format}; this page reads ${FORMAT}.`,
      );
    }
    if (about.v86 !== v86) {
      throw new PageError('VERSION', `The guest was saved by v86 ${about.v86}; this page has v86 ${v86}.`);
    }
    if (![about.state, about.bios, about.vgaBios].every(hasName)) {
      throw new PageError('DAMAGED', `${folder}guest.json lists no files.`);
    }
    return new GuestFiles(about as AboutGuest, folder);
  }

  /** Identifies the guest: a state of another one does not fit. */
  get id(): string {
    return this.about.state.sha256.slice(0, 16);
  }

  /** The PC as it was saved. @throws PageError */
  async state(progress: Progress): Promise<Uint8Array<ArrayBuffer>> {
    return gunzip(await this.#contents(this.about.state, progress));
  }

  /**
   * The first hard disk, as v86 takes it: v86 reads ranges of it when the guest does, and takes what it gets.
   * @throws PageError
   */
  async disk(): Promise<{ readonly url: string; readonly async: true; readonly size: number } | undefined> {
    const { disk } = this.about;
    if (disk === undefined) {
      return undefined;
    }
    const url = this.#folder + disk.name;
    const response = await request(url, { headers: { range: 'bytes=0-0' } });
    await response.body?.cancel();
    if (response.status !== 206) {
      const why = 'has no ranges of bytes at this server, and the guest’s disk is read by these';
      throw new PageError('REFUSED', `${url} ${why}.`);
    }
    const [, size = `${disk.bytes}`] = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '') ?? [];
    if (Number(size) !== disk.bytes) {
      throw new PageError('DAMAGED', `${url} has ${size} bytes instead of ${disk.bytes}.`);
    }
    return { url, async: true, size: disk.bytes };
  }

  /** @throws PageError */
  async bios(): Promise<{ readonly bios: ArrayBuffer; readonly vgaBios: ArrayBuffer }> {
    const { bios, vgaBios } = this.about;
    const [first, second] = await Promise.all([this.#contents(bios), this.#contents(vgaBios)]);
    return { bios: first.buffer, vgaBios: second.buffer };
  }

  async #contents(file: GuestFile, progress?: Progress): Promise<Uint8Array<ArrayBuffer>> {
    const address = this.#folder + file.name;
    const bytes = await download(address, (received) => progress?.(received, file.bytes));
    if (bytes.length !== file.bytes) {
      throw new PageError('DAMAGED', `${address} has ${bytes.length} bytes instead of ${file.bytes}.`);
    }
    // Pages of an insecure origin have no digests.
    const digest = await globalThis.crypto.subtle?.digest('SHA-256', bytes);
    if (digest !== undefined && hexOf(new Uint8Array(digest)) !== file.sha256) {
      throw new PageError('DAMAGED', `${address} is damaged.`);
    }
    return bytes;
  }
}

async function download(
  address: string,
  progress?: (received: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const { body } = await request(address);
  return body === null ? new Uint8Array() : collect(body, progress);
}

async function request(address: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, init);
  } catch {
    throw new PageError('MISSING', `${address} cannot be reached.`);
  }
  if (!response.ok) {
    throw new PageError('MISSING', `${address} is missing (${response.status}): «npm run desktop» makes it.`);
  }
  return response;
}

async function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  progress?: (received: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return new Uint8Array(await new Blob(parts).arrayBuffer());
    }
    parts.push(value);
    received += value.length;
    progress?.(received);
  }
}

/** @throws PageError DAMAGED for other bytes than of gzip */
export async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await collect(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')));
  } catch {
    throw new PageError('DAMAGED', 'A state cannot be decompressed.');
  }
}

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
