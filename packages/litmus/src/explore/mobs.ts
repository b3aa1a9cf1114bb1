import { WORDS_PER_FRAME, type PhysicalMemory } from '@cg/pagetable';
import { commandNames, SVGA3D_MOBFMT, type CommandReader } from '@cg/svga-protocol';

const DEFINE = commandNames.indexOf('DEFINE_GB_MOB64');
const DESTROY = commandNames.indexOf('DESTROY_GB_MOB');

/** The MOBs of the device, from the commands that it has run: the frame that each begins with. */
export class Mobs {
  readonly #firstFrames = new Map<number, number>();

  constructor(readonly memory: PhysicalMemory) {}

  /** The device has run a command. */
  commandDone(reader: CommandReader): void {
    if (reader.index === DEFINE) {
      const { mobid, ptDepth, base } = reader.fields('DEFINE_GB_MOB64');
      this.#firstFrames.set(mobid, this.#firstFrame(ptDepth, base));
    } else if (reader.index === DESTROY) {
      this.#firstFrames.delete(reader.fields('DESTROY_GB_MOB').mobid);
    }
  }

  /** The frame that a MOB begins with; undefined if there is no such MOB. */
  firstFrame(mobid: number): number | undefined {
    return this.#firstFrames.get(mobid);
  }

  /** Follows the first entries of a page table of 64-bit page numbers. */
  #firstFrame(ptDepth: number, base: number): number {
    const { u32 } = this.memory;
    let frame = base;
    for (let depth = ptDepth; depth > SVGA3D_MOBFMT.PTDEPTH64_0; depth--) {
      frame = u32[frame * WORDS_PER_FRAME];
    }
    return frame;
  }
}
