import { pagesFor } from '@cg/pagetable';
import type { Content } from '../check/content.js';
import type { MachineStatement, Statement, SubmittedCommand } from '../program/statement.js';
import type { World } from './world.js';

/** The room on a program's device, if it is limited. */
export class DeviceRoom {
  /** Ids of surfaces, and as many of MOBs. */
  readonly #objects: number;
  /** Pages of graphics memory. */
  readonly #graphics: number;

  constructor(
    readonly world: World,
    { objects = Infinity, graphics = Infinity }: Omit<MachineStatement, 'kind'>,
  ) {
    this.#objects = objects;
    this.#graphics = graphics;
  }

  get isLimited(): boolean {
    return this.#objects < Infinity || this.#graphics < Infinity;
  }

  /** Whether there is room for what a step submits, once all that can be evicted is; always without a limit. */
  fits(statement: Statement): boolean {
    const { world } = this;
    if (!this.isLimited) {
      return true;
    }
    switch (statement.kind) {
      case 'submit':
        return this.#canHold(statement.commands.flatMap((command) => this.#contentsOf(command)));
      case 'check':
        return [...world.surfaces.values()].every((surface) =>
          this.#canHold(world.contentsOf(surface), surface.checked.layout.bytes),
        );
      default:
        return false;
    }
  }

  #contentsOf(command: SubmittedCommand): Content[] {
    const { world } = this;
    const names = command.kind === 'copy' ? [command.from, command.to] : [command.surface, command.buffer];
    return names.flatMap((name) => {
      const surface = world.surfaces.get(name);
      return surface === undefined ? (world.buffers.get(name)?.content ?? []) : world.contentsOf(surface);
    });
  }

  /**
   * Whether the device can have buffers at once, with the surfaces in them: also those that are not named, as they
   * cannot be evicted while their buffer is reserved.
   * @param copyBytes of another surface, in its own buffer; without one if left out
   */
  #canHold(named: readonly Content[], copyBytes = 0): boolean {
    const { world } = this;
    const contents = new Set(named);
    const copies = copyBytes > 0 ? 1 : 0;
    const inside = [...world.liveSurfaces()].filter((surface) =>
      world.contentsOf(surface).some((content) => contents.has(content)),
    );
    const surfaces = inside.length + copies;
    // A surface that does not begin where its buffer does has a MOB of its own.
    const later = inside.filter(({ checked: { offset } }) => offset > 0).length;
    const mobs = contents.size + later + copies;
    const pages = [...contents].reduce((sum, { bytes }) => sum + pagesFor(bytes), pagesFor(copyBytes));
    return surfaces <= this.#objects && mobs <= this.#objects && pages <= this.#graphics;
  }
}
