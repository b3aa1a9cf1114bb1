import { PAGE_SIZE } from '@cg/pagetable';
import { SurfaceLayout } from '@cg/surface-layout';
import { fnv1a, type CaseGuest } from './case-guest.js';
import { dirtyBlocks, contains } from './dirty-blocks.js';
import { surfaceOf, type CaseBox, type GuestCase, type GuestStep } from './guest-case.js';

/** The result of a step. */
export interface StepResult {
  readonly boxes: readonly CaseBox[];
  /** Read-back commands during the step's loads and stores. */
  readonly before: readonly string[];
  /** Wrong bytes of the device's image that were uploaded. */
  readonly wrongOnDevice: number;
  /** Wrong bytes of the device's image that no update contained. */
  readonly lostOnDevice: number;
  /** Wrong bytes loaded in the step. */
  readonly wrongLoads: number;
}

/** The result of a case. */
export interface CaseResult {
  readonly steps: readonly StepResult[];
  /** Pages of the mapping with wrong content at the end. */
  readonly wrongPages: number;
}

/** Runs a case on a guest, and compares bytes on both sides with a plain copy of all writes. */
export async function runCase(guestCase: GuestCase, guest: CaseGuest): Promise<CaseResult> {
  const run = new CaseRun(guestCase, guest);
  const steps: StepResult[] = [];
  for (const step of guestCase.steps) {
    steps.push(await run.step(step));
  }
  return { steps, wrongPages: await run.wrongPages() };
}

class CaseRun {
  readonly #guest: CaseGuest;
  readonly #layout: SurfaceLayout;
  /** The expected content of the surface's memory. */
  readonly #expected: Uint8Array;
  /** Written bytes that no update of the driver has contained yet. */
  readonly #lost: Uint8Array;
  /** Pages that ever had such a byte: a read-back may lack them. */
  readonly #lossy = new Set<number>();
  #value = 0;

  constructor(guestCase: GuestCase, guest: CaseGuest) {
    const { cube: _cube, ...description } = surfaceOf(guestCase);
    this.#guest = guest;
    this.#layout = new SurfaceLayout({ ...description, samples: 1 });
    this.#expected = new Uint8Array(this.#layout.bytes);
    this.#lost = new Uint8Array(this.#layout.bytes);
  }

  async step({ w: writes = [], r: reads = [], remap, gpuWrite }: GuestStep): Promise<StepResult> {
    let wrongLoads = 0;
    for (const [offset, length] of reads) {
      const loaded = await this.#guest.read([offset, length]);
      wrongLoads += loaded.reduce((sum, byte, i) => sum + (byte === this.#expected[offset + i] ? 0 : 1), 0);
    }
    for (const [offset, length] of writes) {
      this.#value = (this.#value + 1) % 256;
      await this.#guest.write([offset, length], this.#value);
      this.#expected.fill(this.#value, offset, offset + length);
    }
    if (remap !== undefined) {
      await this.#guest.remap();
    }
    const { readBacks: before } = await this.#guest.takeCommands();
    if (gpuWrite !== undefined) {
      this.#prepareDeviceWrite();
    }
    await this.#guest.submit(gpuWrite !== undefined);
    const { boxes } = await this.#guest.takeCommands();
    const isLossy = !contains(boxes, dirtyBlocks(this.#layout, writes));
    return { boxes, before, wrongLoads, ...this.#compareImages(isLossy) };
  }

  /** The bytes that the device is about to copy over the last mip of the first layer. */
  #prepareDeviceWrite(): void {
    const last = this.#layout.mips.length - 1;
    const source = this.#guest.image('other', last);
    const value = (this.#value = (this.#value + 1) % 256);
    source?.fill(value);
    const start = this.#layout.offsetOf(last);
    const written = source === undefined ? 0 : value;
    this.#expected.fill(written, start, start + this.#layout.mips[last].bytes);
  }

  #compareImages(isLossy: boolean): { wrongOnDevice: number; lostOnDevice: number } {
    let wrongOnDevice = 0;
    let lostOnDevice = 0;
    for (let subresource = 0; subresource < this.#layout.subresourceCount; subresource++) {
      const image = this.#guest.image('surface', subresource) ?? new Uint8Array();
      const start = this.#layout.offsetOf(subresource);
      const end = start + this.#layout.mipOf(subresource).bytes;
      if (Buffer.compare(image, this.#expected.subarray(start, end)) === 0) {
        this.#lost.fill(0, start, end);
        continue;
      }
      for (let i = 0; i < this.#layout.mipOf(subresource).bytes; i++) {
        const at = start + i;
        if (image[i] === this.#expected[at]) {
          this.#lost[at] = 0;
        } else if (isLossy || this.#lost[at] === 1) {
          this.#lost[at] = 1;
          this.#lossy.add(Math.floor(at / PAGE_SIZE));
          lostOnDevice++;
        } else {
          wrongOnDevice++;
        }
      }
    }
    return { wrongOnDevice, lostOnDevice };
  }

  async wrongPages(): Promise<number> {
    const hashes = await this.#guest.pageHashes();
    return hashes.filter((hash, page) => {
      const start = page * PAGE_SIZE;
      const expected = this.#expected.subarray(start, start + PAGE_SIZE);
      return !this.#lossy.has(page) && hash !== fnv1a(expected);
    }).length;
  }
}
