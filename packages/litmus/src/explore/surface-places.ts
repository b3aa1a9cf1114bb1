import { PAGE_SIZE } from '@cg/pagetable';
import type { Machine } from '@cg/machine';
import type { DrmFile, Fence } from '@cg/vmwgfx';
import type { CoherencyOracle } from '../check/oracle.js';
import { commandNames, SVGA3D_INVALID_ID, type CommandReader } from '@cg/svga-protocol';
import type { CheckedSurface, Place } from '../check/checked-surface.js';
import type { Content } from '../check/content.js';
import { hasPassed } from '../check/submissions-under-way.js';
import { Mobs } from './mobs.js';

const DEFINE_SURFACE = new Set(
  commandNames.flatMap((name, i) => (/^DEFINE_GB_SURFACE(_V\d)?$/.test(name) ? [i] : [])),
);
const DESTROY_SURFACE = commandNames.indexOf('DESTROY_GB_SURFACE');

/** A surface with a handle. */
interface PlacedSurface {
  readonly handle: number;
  readonly checked: CheckedSurface;
}

/** What surfaces there are, and who hears where they are. */
interface Surroundings {
  readonly machine: Machine;
  readonly file: DrmFile;
  readonly oracle: CoherencyOracle | undefined;
  misplaced(surface: CheckedSurface, by: 'cpu' | 'device'): void;
  liveSurfaces(): Iterable<PlacedSurface>;
}

/** Where the surfaces of a world are: from the moves in its program, and the bindings that the device has run. */
export class SurfacePlaces {
  readonly #mobs: Mobs;
  readonly #bySid = new Map<number, CheckedSurface>();
  /** Their handles are closed, and the device still has them. */
  readonly #closed = new Set<CheckedSurface>();
  /** Their last move is done or has failed, and the device has not shown the result. */
  readonly #moving = new Set<CheckedSurface>();

  constructor(readonly world: Surroundings) {
    this.#mobs = new Mobs(world.machine.memory);
  }

  /** Surfaces whose handles are closed, and which the device still has. */
  get closed(): Iterable<CheckedSurface> {
    return this.#closed;
  }

  /** The handle of a surface is about to be closed. @param sid the device's id of it */
  close(surface: CheckedSurface, sid: number): void {
    if (sid !== SVGA3D_INVALID_ID) {
      surface.sid = sid;
      this.#bySid.set(sid, surface);
      this.#closed.add(surface);
    }
  }

  /** The surface of a device id. */
  surfaceOf(sid: number): CheckedSurface | undefined {
    const known = this.#bySid.get(sid);
    if (known !== undefined) {
      known.sid = sid;
      return known;
    }
    this.noteIds();
    const found = this.#bySid.get(sid);
    if (found !== undefined) {
      found.sid = sid;
    }
    return found;
  }

  /** Notes the device's ids of surfaces: when the device runs a command, its surface may have another one or none. */
  noteIds(): void {
    for (const { handle, checked } of this.world.liveSurfaces()) {
      const sid = this.world.file.deviceId(handle);
      if (sid !== SVGA3D_INVALID_ID) {
        this.#bySid.set(sid, checked);
      }
    }
  }

  /** The device has run a command. */
  commandDone(reader: CommandReader): void {
    this.#mobs.commandDone(reader);
    if (DEFINE_SURFACE.has(reader.index) && this.world.oracle?.submissions.isLate !== true) {
      // One with this id may have been refused.
      const { sid } = reader.fields(commandNames[reader.index] as 'DEFINE_GB_SURFACE');
      this.#bySid.delete(sid);
    }
    if (reader.index === DESTROY_SURFACE) {
      const { sid } = reader.fields('DESTROY_GB_SURFACE');
      const gone = this.#bySid.get(sid);
      if (gone !== undefined) {
        gone.sid = -1;
        this.#bySid.delete(sid);
        this.#closed.delete(gone);
      }
    }
  }

  /** The device has bound a surface to a MOB, or to none: only at a place where its program has put it. */
  bound(surface: CheckedSurface, mobid: number): void {
    const { move, content } = surface;
    if (content.frames === undefined) {
      return;
    }
    if (mobid === SVGA3D_INVALID_ID) {
      // What a failed submission has moved is taken back so.
      this.#place(surface, move === undefined || move.state === 'done' ? surface : move.from);
      return;
    }
    const frame = this.#mobs.firstFrame(mobid);
    const at = [surface, ...(move?.places ?? [])].find(
      (place) => place.content.frames?.[place.offset / PAGE_SIZE] === frame,
    );
    if (at === undefined) {
      this.world.misplaced(surface, 'device');
    } else {
      this.#place(surface, at);
      this.#endFailedMove(surface);
    }
  }

  /** A fence has passed, and with it moves that are done, and whatever takes a failed one back. */
  fenced(seqno: number): void {
    for (const surface of this.#moving) {
      const { move } = surface;
      if (move?.state === 'done' && hasPassed(move.fence, seqno)) {
        this.#end(surface, move.to);
      } else if (move?.state === 'failed' && surface.isAt(move.to)) {
        this.#end(surface, surface);
      }
    }
  }

  #endFailedMove(surface: CheckedSurface): void {
    if (surface.move?.state === 'failed') {
      this.#end(surface, surface);
    }
  }

  #end(surface: CheckedSurface, place: Place): void {
    this.#place(surface, place);
    surface.move = undefined;
    this.#moving.delete(surface);
  }

  /** A submission will move surfaces to the start of buffers. */
  moves(moved: ReadonlyMap<PlacedSurface, Content>): void {
    for (const [{ checked }, content] of moved) {
      const from = checked.move?.from ?? { content: checked.content, offset: checked.offset };
      const to = { content, offset: 0 };
      checked.move = {
        from,
        to,
        places: [...(checked.move?.places ?? [from]), to],
        state: 'called',
        fence: 0,
      };
    }
  }

  /** It has failed, or returned a fence, which may have passed. */
  moved(surfaces: Iterable<PlacedSurface>, fence: Fence | undefined): void {
    for (const { checked } of surfaces) {
      const { move } = checked;
      if (move !== undefined && fence?.isSignalled === true) {
        this.#end(checked, move.to);
      } else if (move !== undefined) {
        move.state = fence === undefined ? 'failed' : 'done';
        move.fence = fence?.seqno ?? 0;
        this.#moving.add(checked);
      }
    }
  }

  #place(surface: CheckedSurface, place: Place): void {
    if (!surface.isAt(place)) {
      surface.content = place.content;
      surface.offset = place.offset;
      surface.isNewestOnDevice = false;
      this.world.oracle?.placed(surface);
    }
  }

  /** A surface was mapped at a place, which after a failed move shows where it is. */
  mapped(surface: CheckedSurface, content: Content | undefined, offset: number): Place {
    const places =
      surface.move?.state === 'done' ? [surface.move.to] : [surface, ...(surface.move?.places ?? [])];
    const place = places.find((at) => at.content === content && at.offset === offset);
    if (place === undefined) {
      this.world.misplaced(surface, 'cpu');
      return surface;
    }
    if (surface.move?.state === 'failed') {
      this.#end(surface, place);
    }
    return place;
  }
}
