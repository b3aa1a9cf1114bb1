import type { SurfaceBox, SurfaceLayout } from '@cg/surface-layout';
import {
  commandNames,
  effectsOf,
  forEachTouched,
  takesPlace,
  type Action,
  type CommandFields,
  type CommandName,
  type CommandReader,
  type Use,
} from '@cg/svga-protocol';
import type { SvgaEvent } from '@cg/svga-device';

/** A surface as needed to interpret commands. */
interface LaidOut {
  readonly layout: SurfaceLayout;
}

type OnBox<S> = (surface: S, subresource: number, box: SurfaceBox, command: CommandName) => void;

/** A listener for the effects of device commands on surfaces. Unknown surfaces are left out. */
export interface CommandListener<S extends LaidOut> {
  surfaceOf(sid: number): S | undefined;
  /** An update is about to copy a box from memory to the device. */
  readonly uploads?: OnBox<S>;
  /** A command is about to read a box of the device's image. */
  readonly reads?: OnBox<S>;
  /** A command has written a box of it. */
  readonly written?: OnBox<S>;
  /** A surface has been copied to memory, which takes effect with the next fence. */
  readonly readBack?: (surface: S) => void;
  /** A fence has passed. */
  readonly fenced?: (seqno: number) => void;
  /** A surface was bound to a MOB, or to none: SVGA3D_INVALID_ID. */
  readonly bound?: (surface: S, mobid: number) => void;
  /** A command is about to run: a copy from a surface to another, a read-back of one, or a fence. */
  readonly starts?: (command: CommandName, surface: S | undefined, to?: S) => void;
}

type Fields = Readonly<Record<string, unknown>>;

/** A surface named in a field of a command. */
interface Named {
  readonly field: string;
  readonly uses: readonly Use[];
}

/** The effects of a command on surfaces. */
interface Watched {
  readonly name: CommandName;
  readonly surfaces: readonly Named[];
  /** For a copy: the surface that is read, and the one that is written. */
  readonly from: Named | undefined;
  readonly to: Named | undefined;
  /** For a binding: the surface, and the field with its MOB. */
  readonly bound: Named | undefined;
  readonly mob: string;
  readonly uploads: boolean;
  /** Surfaces that may be copied to memory whole. */
  readonly readBack: readonly Named[];
}

const watchedActions: ReadonlySet<Action> = new Set(['bind', 'read', 'readBack', 'upload', 'write']);

function watchedOf(name: CommandName): Watched | undefined {
  const ofBody = effectsOf(name).references.filter(({ part }) => part === undefined);
  const surfaces = ofBody
    .filter(({ kind, uses }) => kind === 'surface' && uses.some(({ action }) => watchedActions.has(action)))
    .map(({ field = '', uses }) => ({ field, uses }));
  if (surfaces.length === 0) {
    return undefined;
  }
  const that = (wanted: Action) => surfaces.find(({ uses }) => uses.some(({ action }) => action === wanted));
  const mob = ofBody.find(({ kind, uses }) => kind === 'mob' && uses[0].action === 'back')?.field ?? '';
  return {
    name,
    surfaces,
    from: that('read'),
    to: that('write'),
    bound: that('bind'),
    mob,
    uploads: that('upload') !== undefined,
    readBack: surfaces.filter(({ uses }) => uses.some(isReadBackOfAll)),
  };
}

function isReadBackOfAll({ action, extent }: Use): boolean {
  return action === 'readBack' && extent?.images === undefined;
}

/** By index in `commandNames`; undefined for a command without effects on named surfaces. */
const watched: readonly (Watched | undefined)[] = commandNames.map(watchedOf);
const FENCE = commandNames.indexOf('FENCE');

/** Reports the reads, writes and uploads of each command of the device. */
export class CommandWatcher<S extends LaidOut> {
  constructor(readonly listener: CommandListener<S>) {}

  /** For `SvgaDevice.events`. */
  readonly hear = (event: SvgaEvent): void => {
    if (event.kind === 'command-starts') {
      this.#commandStarts(event.reader);
    } else if (event.kind === 'command-done') {
      this.#commandDone(event.reader);
    }
  };

  #commandStarts(reader: CommandReader): void {
    const { index } = reader;
    const effects = watched[index];
    if (effects !== undefined) {
      this.#starts(effects, reader.fields(effects.name) as unknown as Fields);
    } else if (index === FENCE) {
      this.listener.starts?.('FENCE', undefined);
    }
  }

  #commandDone(reader: CommandReader): void {
    const { index } = reader;
    const effects = watched[index];
    if (effects === undefined) {
      if (index === FENCE) {
        this.listener.fenced?.(reader.fields('FENCE').fence);
      }
      return;
    }
    const { name, to, bound, mob, readBack } = effects;
    if (to === undefined && bound === undefined && readBack.length === 0) {
      return;
    }
    const fields = reader.fields(name) as unknown as Fields;
    const surface = bound === undefined ? undefined : this.#named(bound.field, fields);
    if (surface !== undefined) {
      this.listener.bound?.(surface, fields[mob] as number);
    }
    if (to !== undefined && this.#knowsAll(effects, fields)) {
      this.#tell(name, fields, 'write', this.listener.written);
    }
    for (const { field, uses } of readBack) {
      const surface = this.#named(field, fields);
      if (surface !== undefined && uses.some((use) => isReadBackOfAll(use) && takesPlace(use, fields))) {
        this.listener.readBack?.(surface);
      }
    }
  }

  #starts(effects: Watched, fields: Fields): void {
    const { name, from, to, bound, readBack, uploads } = effects;
    const { listener } = this;
    if (from !== undefined && this.#knowsAll(effects, fields)) {
      if (to !== undefined) {
        listener.starts?.(name, this.#named(from.field, fields), this.#named(to.field, fields));
      }
      this.#tell(name, fields, 'read', listener.reads);
    } else if (from === undefined && to === undefined && bound === undefined && readBack.length > 0) {
      listener.starts?.(name, this.#named(readBack[0].field, fields));
    }
    if (uploads) {
      this.#tell(name, fields, 'upload', listener.uploads);
    }
  }

  #named(field: string, fields: Fields): S | undefined {
    return this.listener.surfaceOf(fields[field] as number);
  }

  /** A copy is reported if both of its surfaces are known. */
  #knowsAll({ surfaces }: Watched, fields: Fields): boolean {
    return surfaces.every(({ field }) => this.#named(field, fields) !== undefined);
  }

  #tell(name: CommandName, fields: Fields, wanted: Action, tell: OnBox<S> | undefined): void {
    if (tell === undefined) {
      return;
    }
    const { listener } = this;
    const layoutOf = (sid: number): SurfaceLayout | undefined => listener.surfaceOf(sid)?.layout;
    const known = fields as unknown as CommandFields<CommandName>;
    forEachTouched(name, known, layoutOf, (sid, { action }, subresource, box) => {
      const surface = action === wanted ? listener.surfaceOf(sid) : undefined;
      if (surface !== undefined && hasBox(surface, subresource, box)) {
        tell.call(listener, surface, subresource, box, name);
      }
    });
  }
}

/** Whether the box is inside the surface: a driver may send boxes that the device will refuse. */
function hasBox({ layout }: LaidOut, subresource: number, box: SurfaceBox): boolean {
  if (subresource >= layout.subresourceCount) {
    return false;
  }
  const { width, height, depth } = layout.mipOf(subresource);
  const isInside = box.x + box.width <= width && box.y + box.height <= height && box.z + box.depth <= depth;
  const isWhole = box.width === width && box.height === height && box.depth === depth;
  return isInside && box.width * box.height * box.depth > 0 && (!layout.format.planar || isWhole);
}
