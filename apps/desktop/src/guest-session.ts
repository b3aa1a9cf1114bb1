import type { GuestFiles } from './guest-files.js';
import { PageError } from './page-error.js';
import type { Pc } from './pc.js';
import { decodeStateFile, encodeStateFile, isStateFile } from './state-file.js';

/** A larger file would be in memory several times: here, in the emulator, and in each state. */
const MOST_FILE_BYTES = 64 * 2 ** 20;

/** Reports on the start of the guest. */
export type StartProgress = (received: number, bytes: number) => void;

/** A running guest, and what its user can do with it. Each method says in a sentence what it has done. */
export class GuestSession {
  readonly #pc: Pc;
  readonly #files: GuestFiles;
  readonly #canvas: HTMLCanvasElement;
  #saved: Uint8Array<ArrayBuffer> | undefined;

  constructor(pc: Pc, files: GuestFiles, canvas: HTMLCanvasElement) {
    this.#pc = pc;
    this.#files = files;
    this.#canvas = canvas;
  }

  /** Restores the guest as it was made, and runs it. @throws PageError */
  async start(progress: StartProgress): Promise<string> {
    const start = performance.now();
    await this.#pc.restore(await this.#files.state(progress));
    await this.#pc.emulator.run();
    return `The guest runs, after ${((performance.now() - start) / 1000).toFixed(1)} s.`;
  }

  /** Keeps a state in memory, for `restore`. */
  async save(): Promise<string> {
    this.#saved = await this.#pc.screen.saveState();
    return `Saved, ${mebibytes(this.#saved.length)} in this tab’s memory. «Download state» keeps it longer.`;
  }

  /** Restores what was saved last, or the guest as it was made. @throws PageError */
  async restore(): Promise<string> {
    const isStart = this.#saved === undefined;
    await this.#pc.restore(this.#saved ?? (await this.#files.state(() => {})));
    return isStart ? 'Restored to the start: nothing has been saved.' : 'Restored.';
  }

  /** The guest as it is now. */
  async stateFile(): Promise<Blob> {
    return encodeStateFile(this.#files.id, await this.#pc.screen.saveState());
  }

  /** @throws PageError REFUSED where the browser makes no picture */
  async screenshot(): Promise<Blob> {
    this.#pc.screen.paint();
    const picture = await new Promise<Blob | null>((resolve) => this.#canvas.toBlob(resolve, 'image/png'));
    if (picture === null) {
      throw new PageError('REFUSED', 'The browser makes no picture of the screen.');
    }
    return picture;
  }

  /** Restores a file of `stateFile`, and gives the guest any others. @throws PageError */
  async take(files: readonly File[]): Promise<string> {
    const { sharedFolder } = this.#files.about;
    const names: string[] = [];
    for (const file of files) {
      if (await isStateFile(file)) {
        const state = await decodeStateFile(this.#files.id, file);
        await this.#pc.restore(state);
        this.#saved = state;
        return `Restored from ${file.name}.`;
      }
      if (file.size > MOST_FILE_BYTES) {
        throw new PageError('REFUSED', `${file.name} is larger than ${mebibytes(MOST_FILE_BYTES)}.`);
      }
      const name = guestName(file.name);
      await this.#pc.share(name, await contents(file));
      names.push(`${sharedFolder}/${name}`);
    }
    return `The guest has ${names.join(', ')}.`;
  }
}

/** @throws PageError REFUSED for a folder, and for a file that is gone */
async function contents(file: File): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new PageError('REFUSED', `${file.name} cannot be read. A folder has to be packed into a file.`);
  }
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

/** The last part of a path, without what a shell would have to quote. */
function guestName(name: string): string {
  const last = name.split('/').at(-1) ?? '';
  return last.replaceAll(/[^\w.+-]/g, '_').replace(/^\.*$/, 'file');
}
