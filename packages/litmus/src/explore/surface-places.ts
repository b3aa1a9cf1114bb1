import { PAGE_SIZE } from '@cg/pagetable';
import type { Machine } from '@cg/machine';
import type { DrmFile, Fence } from '@cg/vmwgfx';
import type { CoherencyOracle } from '../check/oracle.js';
import { commandNames, SVGA3D_INVALID_ID, type CommandReader } from '@cg/svga-protocol';
import type { CheckedSurface, Place } from '../check/checked-surface.js';
import type { Content } from '../check/content.js';
import { Mobs } from './mobs.js';
import { Moves, type Stop } from './moves.js';

const DEFINE_SURFACE = new Set(
  commandNames.flatMap((name, i) => (/^DEFINE_GB_SURFACE(_V\d)?$/.test(name) ? [i] : [])),
);
const DESTROY_SURFACE = commandNames.indexOf('DESTROY_GB_SURFACE');

/** A surface with a handle. */
interface PlacedSurface {
  readonly handle: number;
  readonly checked: CheckedSurface;
}

/** The run of a program. */
export interface PlaceReports {
  /** The driver has a surface at a wrong place. */
  misplaced(surface: CheckedSurface, by: 'cpu' | 'device'): void;
}

/** What surfaces there are, and what hears where they are. */
interface Surroundings {
  readonly machine: Machine;
  readonly file: DrmFile;
  readonly oracle: CoherencyOracle | undefined;
  readonly reports: PlaceReports | undefined;
  liveSurfaces(): Iterable<PlacedSurface>;
}

/** Where the surfaces of a world are: from the moves in its program, and the bindings that the device has run. */
export class SurfacePlaces {
  readonly #mobs: Mobs;
  readonly #bySid = new Map<number, CheckedSurface>();
  /** Their handles are closed, and the device still has them. */
  readonly #closed = new Set<CheckedSurface>();
  /** Moves that the device has not completed. */
  readonly #moves = new Map<CheckedSurface, Moves>();

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
    if (DEFINE_SURFACE.has(reader.index)) {
      // One that had this id may have been refused.
      const { sid } = reader.fields(commandNames[reader.index] as 'DEFINE_GB_SURFACE');
      if (this.world.oracle?.submissions.isLate === true) {
        this.noteIds();
      } else {
        this.#bySid.delete(sid);
      }
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
    if (surface.content.frames === undefined) {
      return;
    }
    const moves = this.#moves.get(surface);
    if (mobid === SVGA3D_INVALID_ID) {
      moves?.unbound();
    } else {
      const frame = this.#mobs.firstFrame(mobid);
      const isHere = ({ content, offset }: Place): boolean => content.frames?.[offset / PAGE_SIZE] === frame;
      if (!(moves === undefined ? isHere(surface) : moves.bound(isHere))) {
        this.world.reports?.misplaced(surface, 'device');
      }
    }
    this.#follow(surface, moves);
  }

  /** A fence has passed. */
  fenced(seqno: number): void {
    for (const [surface, moves] of this.#moves) {
      moves.fenced(seqno);
      this.#follow(surface, moves);
    }
  }

  /** A submission will move surfaces to the start of buffers. @returns the move of each, for `moved` */
  moves(moved: ReadonlyMap<PlacedSurface, Content>): Map<CheckedSurface, Stop> {
    const stops = new Map<CheckedSurface, Stop>();
    for (const [{ checked }, content] of moved) {
      let moves = this.#moves.get(checked);
      if (moves === undefined) {
        moves = new Moves({ content: checked.content, offset: checked.offset });
        this.#moves.set(checked, moves);
      }
      stops.set(checked, moves.call({ content, offset: 0 }));
    }
    return stops;
  }

  /** It has returned a fence, which may have passed; has failed; or had to wait, without moving anything. */
  moved(stops: ReadonlyMap<CheckedSurface, Stop>, fence: Fence | 'failed' | 'blocked'): void {
    for (const [surface, stop] of stops) {
      const moves = this.#moves.get(surface);
      if (fence === 'blocked') {
        moves?.cancel(stop);
      } else {
        moves?.returned(stop, fence === 'failed' ? undefined : fence.seqno);
      }
      if (typeof fence !== 'string' && fence.isSignalled) {
        moves?.fenced(fence.seqno);
      }
      this.#follow(surface, moves);
    }
  }

  /** Where the device has a surface, and may have it later. */
  *placesOf(surface: CheckedSurface): Generator<Place> {
    yield surface;
    yield* this.#moves.get(surface)?.places() ?? [];
  }

  #follow(surface: CheckedSurface, moves: Moves | undefined): void {
    if (moves === undefined) {
      return;
    }
    const { place } = moves;
    if (moves.areDone) {
      this.#moves.delete(surface);
    }
    if (!surface.isAt(place)) {
      surface.content = place.content;
      surface.offset = place.offset;
      surface.isNewestOnDevice = false;
      this.world.oracle?.placed(surface);
    }
  }

  /** A surface was mapped at a place, which after a failed move shows where it is. */
  mapped(surface: CheckedSurface, content: Content | undefined, offset: number): Place {
    const place = { content: content ?? surface.content, offset };
    const moves = this.#moves.get(surface);
    const isHere = (at: Place): boolean => at.content === content && at.offset === offset;
    const isRight = moves === undefined ? isHere(surface) : moves.mapped(isHere);
    this.#follow(surface, moves);
    if (!isRight) {
      this.world.reports?.misplaced(surface, 'cpu');
      return surface;
    }
    return place;
  }
}
