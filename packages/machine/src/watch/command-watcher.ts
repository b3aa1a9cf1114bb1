import type { SurfaceBox, SurfaceLayout } from '@cg/surface-layout';
import {
  boxOf,
  type CommandBox,
  commandNames,
  SVGA3D_INVALID_ID,
  type CommandName,
  type CommandReader,
} from '@cg/svga-protocol';
import type { SvgaEvent } from '@cg/svga-device';

/** A surface as far as commands tell of it. */
interface LaidOut {
  readonly layout: SurfaceLayout;
}

type OnBox<S> = (surface: S, subresource: number, box: SurfaceBox, command: CommandName) => void;

/** Who wants to know what the device's commands do to which surface. Those that it does not know are left out. */
export interface CommandListener<S extends LaidOut> {
  surfaceOf(sid: number): S | undefined;
  /** An update is about to copy a box from memory to the device. */
  readonly uploads?: OnBox<S>;
  /** A command is about to read a box of the device's image. */
  readonly reads?: OnBox<S>;
  /** A command has written a box of it. */
  readonly written?: OnBox<S>;
  /** A surface has been copied to memory; it counts once a fence is behind it. */
  readonly readBack?: (surface: S) => void;
  readonly fenced?: () => void;
  /** A surface is about to be bound to a MOB. */
  readonly bound?: (surface: S) => void;
  /** A command is about to run: a copy from a surface to another, a read-back of one, or a fence. */
  readonly starts?: (command: CommandName, surface: S | undefined, to?: S) => void;
}

/** Tells what each command of the device reads, writes and uploads, as it happens. */
export class CommandWatcher<S extends LaidOut> {
  constructor(readonly listener: CommandListener<S>) {}

  /** For `SvgaDevice.events`. */
  readonly hear = (event: SvgaEvent): void => {
    if (event.kind === 'command-starts') {
      this.commandStarts(event.reader);
    } else if (event.kind === 'command-done') {
      this.commandDone(event.reader);
    }
  };

  commandStarts(reader: CommandReader): void {
    const command = commandNames[reader.index];
    switch (command) {
      case 'UPDATE_GB_IMAGE': {
        const { sid, face, mipmap, ...box } = reader.fields(command);
        const surface = this.listener.surfaceOf(sid);
        this.#uploads(command, surface, face * (surface?.layout.mips.length ?? 1) + mipmap, boxOf(box));
        break;
      }
      case 'DX_UPDATE_SUBRESOURCE': {
        const { sid, subResource, ...box } = reader.fields(command);
        this.#uploads(command, this.listener.surfaceOf(sid), subResource, boxOf(box));
        break;
      }
      case 'UPDATE_GB_SURFACE': {
        const surface = this.listener.surfaceOf(reader.fields(command).sid);
        forEachImage(surface, (subresource, box) => this.#uploads(command, surface, subresource, box));
        break;
      }
      case 'SURFACE_COPY':
      case 'DX_PRED_COPY_REGION':
      case 'WHOLE_SURFACE_COPY':
        this.#copies(command, reader, false);
        break;
      case 'BIND_GB_SURFACE':
        this.#bound(reader.fields(command));
        break;
      case 'READBACK_GB_SURFACE':
        this.listener.starts?.(command, this.listener.surfaceOf(reader.fields(command).sid));
        break;
      case 'FENCE':
        this.listener.starts?.(command, undefined);
        break;
    }
  }

  commandDone(reader: CommandReader): void {
    const command = commandNames[reader.index];
    switch (command) {
      case 'SURFACE_COPY':
      case 'DX_PRED_COPY_REGION':
      case 'WHOLE_SURFACE_COPY':
        this.#copies(command, reader, true);
        break;
      case 'READBACK_GB_SURFACE': {
        const surface = this.listener.surfaceOf(reader.fields(command).sid);
        if (surface !== undefined) {
          this.listener.readBack?.(surface);
        }
        break;
      }
      case 'FENCE':
        this.listener.fenced?.();
        break;
    }
  }

  #bound({ sid, mobid }: { readonly sid: number; readonly mobid: number }): void {
    const surface = this.listener.surfaceOf(sid);
    if (surface !== undefined && mobid !== SVGA3D_INVALID_ID) {
      this.listener.bound?.(surface);
    }
  }

  #uploads(command: CommandName, surface: S | undefined, subresource: number, box: SurfaceBox): void {
    if (surface !== undefined && hasBox(surface, subresource, box)) {
      this.listener.uploads?.(surface, subresource, box, command);
    }
  }

  #copies(
    command: 'SURFACE_COPY' | 'DX_PRED_COPY_REGION' | 'WHOLE_SURFACE_COPY',
    reader: CommandReader,
    done: boolean,
  ): void {
    const { from, to, visit } = this.#copyOf(command, reader);
    if (from === undefined || to === undefined) {
      return;
    }
    if (!done) {
      this.listener.starts?.(command, from, to);
    }
    visit((source, target, there, here) => {
      if (done) {
        this.listener.written?.(to, target, here, command);
      } else {
        this.listener.reads?.(from, source, there, command);
      }
    });
  }

  #copyOf(
    command: 'SURFACE_COPY' | 'DX_PRED_COPY_REGION' | 'WHOLE_SURFACE_COPY',
    reader: CommandReader,
  ): Copy<S> {
    const { listener } = this;
    if (command === 'WHOLE_SURFACE_COPY') {
      const { srcSid, destSid } = reader.fields(command);
      const from = listener.surfaceOf(srcSid);
      const visit = (each: CopyVisitor): void =>
        forEachImage(from, (subresource, box) => each(subresource, subresource, box, box));
      return { from, to: listener.surfaceOf(destSid), visit };
    }
    if (command === 'DX_PRED_COPY_REGION') {
      const fields = reader.fields(command);
      const visit = (each: CopyVisitor): void =>
        each(fields.srcSubResource, fields.dstSubResource, sourceBox(fields), boxOf(fields));
      return { from: listener.surfaceOf(fields.srcSid), to: listener.surfaceOf(fields.dstSid), visit };
    }
    const fields = reader.fields(command);
    const from = listener.surfaceOf(fields.srcSid);
    const to = listener.surfaceOf(fields.destSid);
    const source = fields.srcFace * (from?.layout.mips.length ?? 1) + fields.srcMipmap;
    const target = fields.destFace * (to?.layout.mips.length ?? 1) + fields.destMipmap;
    const visit = (each: CopyVisitor): void =>
      fields.boxes.forEach((box) => each(source, target, sourceBox(box), boxOf(box)));
    return { from, to, visit };
  }
}

type CopyVisitor = (source: number, target: number, there: SurfaceBox, here: SurfaceBox) => void;

interface Copy<S> {
  readonly from: S | undefined;
  readonly to: S | undefined;
  visit(each: CopyVisitor): void;
}

function sourceBox({
  srcx,
  srcy,
  srcz,
  w,
  h,
  d,
}: CommandBox & { readonly srcx: number; readonly srcy: number; readonly srcz: number }): SurfaceBox {
  return { x: srcx, y: srcy, z: srcz, width: w, height: h, depth: d };
}

/** Whether the surface has the box: a driver may send what the device will refuse. */
function hasBox({ layout }: LaidOut, subresource: number, box: SurfaceBox): boolean {
  if (subresource >= layout.subresourceCount) {
    return false;
  }
  const { width, height, depth } = layout.mipOf(subresource);
  const isInside = box.x + box.width <= width && box.y + box.height <= height && box.z + box.depth <= depth;
  const isWhole = box.width === width && box.height === height && box.depth === depth;
  return isInside && box.width * box.height * box.depth > 0 && (!layout.format.planar || isWhole);
}

function forEachImage(
  surface: LaidOut | undefined,
  visit: (subresource: number, box: SurfaceBox) => void,
): void {
  if (surface === undefined) {
    return;
  }
  const { layout } = surface;
  for (let i = 0; i < layout.subresourceCount; i++) {
    const { width, height, depth } = layout.mipOf(i);
    visit(i, { x: 0, y: 0, z: 0, width, height, depth });
  }
}
