import { Machine, type Process } from '@cg/machine';
import { SurfaceLayout, type SurfaceDescription } from '@cg/surface-layout';
import { SvgaDeviceError, type SvgaDevice, type SvgaEvent } from '@cg/svga-device';
import { encodeCommand, SVGA3D_SURFACE, type CommandReader } from '@cg/svga-protocol';

const PAGE_BYTES = 4096;
const MODEL_BYTES = 128 * 2 ** 20;

/** A coherent surface of the model. */
interface Modelled {
  readonly handle: number;
  readonly vma: ReturnType<Process['map']>;
  /** Commands that use it. */
  readonly use: Uint8Array;
}

/** A surface of the guest; it is modelled from its first update on. */
interface GuestSurface {
  readonly layout: SurfaceLayout;
  modelled?: Modelled;
}

interface Update {
  readonly sid: number;
  readonly surface: GuestSurface;
  readonly subresource: number;
}

/** Bytes since the last look. */
export interface ModelledBytes {
  /** Stored by the guest: those whose value is another one. */
  readonly changed: number;
  /** Uploaded by our driver for the same stores. */
  readonly modelled: number;
}

/**
 * What `@cg/vmwgfx` uploads for the stores of a guest with coherent memory. An update by the guest's kernel changes the
 * device's image exactly where the program has stored another value since the last one. These bytes are stored to a
 * coherent surface of the same shape on the simulated machine, which submits before the guest's next other command.
 *
 * A store of the value that is there already is not seen, nor one that the kernel does not send.
 */
export class ModelledUploads {
  readonly #device: SvgaDevice;
  readonly #machine = new Machine({ cpus: 1, memoryBytes: MODEL_BYTES, device: { dx: true } });
  readonly #process = this.#machine.spawn();
  readonly #surfaces = new Map<number, GuestSurface>();
  /** Stored to since the last submission. */
  readonly #stored = new Set<Modelled>();
  readonly #stop: () => void;
  #before: Uint8Array | undefined;
  #changed = 0;
  #modelled = 0;

  /** Listens from now on: surfaces that exist already are left out. */
  constructor(device: SvgaDevice) {
    this.#device = device;
    this.#stop = device.events.listen((event) => this.#hear(event));
  }

  take(): ModelledBytes {
    this.#submit();
    const bytes = { changed: this.#changed, modelled: this.#modelled };
    this.#changed = 0;
    this.#modelled = 0;
    return bytes;
  }

  stop(): void {
    this.#stop();
  }

  #hear(event: SvgaEvent): void {
    if (event.kind !== 'command-starts' && event.kind !== 'command-done') {
      return;
    }
    const update = this.#updateOf(event.reader);
    if (event.kind === 'command-starts') {
      if (update === undefined) {
        this.#submit();
      } else {
        update.surface.modelled ??= this.#model(update);
        this.#before = this.#image(update.sid, update.subresource)?.slice();
      }
    } else if (update === undefined) {
      this.#follow(event.reader);
    } else {
      this.#store(update);
    }
  }

  #updateOf(reader: CommandReader): Update | undefined {
    if (reader.name === 'DX_UPDATE_SUBRESOURCE') {
      const { sid, subResource: subresource } = reader.fields('DX_UPDATE_SUBRESOURCE');
      const surface = this.#surfaces.get(sid);
      return surface && { sid, surface, subresource };
    }
    if (reader.name === 'UPDATE_GB_IMAGE') {
      const { sid, face, mipmap } = reader.fields('UPDATE_GB_IMAGE');
      const surface = this.#surfaces.get(sid);
      const mips = surface?.layout.mips.length ?? 1;
      return surface && { sid, surface, subresource: face * mips + mipmap };
    }
    return undefined;
  }

  /** Follows the life of surfaces. */
  #follow(reader: CommandReader): void {
    const definition = definitionOf(reader);
    if (definition !== undefined) {
      this.#surfaces.set(definition.sid, { layout: new SurfaceLayout(definition.description) });
    } else if (reader.name === 'DESTROY_GB_SURFACE') {
      const { sid } = reader.fields('DESTROY_GB_SURFACE');
      const modelled = this.#surfaces.get(sid)?.modelled;
      if (modelled !== undefined) {
        this.#process.addressSpace.unmap(modelled.vma);
        this.#process.file.closeHandle(modelled.handle);
      }
      this.#surfaces.delete(sid);
    }
  }

  /** The device's bytes; undefined where the renderer has newer ones. */
  #image(sid: number, subresource: number): Uint8Array | undefined {
    try {
      return this.#device.image(sid, subresource);
    } catch (error) {
      if (error instanceof SvgaDeviceError) {
        return undefined;
      }
      throw error;
    }
  }

  /** A surface of the same shape, with the content that the device has. */
  #model({ sid, surface: { layout } }: Update): Modelled {
    const { file } = this.#process;
    const { handle } = file.createSurface({ ...layout.description, coherent: true });
    const target = file.createSurface(layout.description).handle;
    const vma = this.#process.map(handle);
    for (let subresource = 0; subresource < layout.subresourceCount; subresource++) {
      const image = this.#image(sid, subresource);
      if (image !== undefined) {
        this.#machine.cpus[0].storeBytes(vma.start + layout.offsetOf(subresource), image);
      }
    }
    const use = copyOf(layout, handle, target);
    file.submit(use).wait();
    return { handle, vma, use };
  }

  /** Stores what an update has changed: in each page from the first changed byte to the last. */
  #store({ sid, surface, subresource }: Update): void {
    const { layout, modelled } = surface;
    const [before, after] = [this.#before, this.#image(sid, subresource)];
    if (modelled === undefined || before === undefined || after === undefined) {
      return;
    }
    const offset = layout.offsetOf(subresource);
    for (let at = 0; at < after.length;) {
      const end = Math.min(after.length, at + PAGE_BYTES - ((offset + at) % PAGE_BYTES));
      const [first, limit, changed] = changedIn(before, after, at, end);
      if (changed > 0) {
        this.#changed += changed;
        this.#machine.cpus[0].storeBytes(modelled.vma.start + offset + first, after.subarray(first, limit));
        this.#stored.add(modelled);
      }
      at = end;
    }
  }

  #submit(): void {
    if (this.#stored.size === 0) {
      return;
    }
    const { file } = this.#process;
    for (const { handle, use } of this.#stored) {
      const before = file.statistics(handle).bytesUploaded;
      file.submit(use).wait();
      this.#modelled += file.statistics(handle).bytesUploaded - before;
    }
    this.#stored.clear();
  }
}

function changedIn(
  before: Uint8Array,
  after: Uint8Array,
  start: number,
  end: number,
): [first: number, limit: number, changed: number] {
  let [first, limit, changed] = [end, start, 0];
  for (let i = start; i < end; i++) {
    if (before[i] !== after[i]) {
      first = Math.min(first, i);
      limit = i + 1;
      changed++;
    }
  }
  return [first, limit, changed];
}

function definitionOf(reader: CommandReader): { sid: number; description: SurfaceDescription } | undefined {
  switch (reader.name) {
    case 'DEFINE_GB_SURFACE':
      return described({ ...reader.fields(reader.name), arraySize: 0 });
    case 'DEFINE_GB_SURFACE_V2':
    case 'DEFINE_GB_SURFACE_V3':
    case 'DEFINE_GB_SURFACE_V4':
      return described(reader.fields(reader.name));
    default:
      return undefined;
  }
}

type Definition = Readonly<
  Record<
    | 'sid'
    | 'surfaceFlags'
    | 'format'
    | 'numMipLevels'
    | 'multisampleCount'
    | 'width'
    | 'height'
    | 'depth'
    | 'arraySize',
    number
  >
>;

function described(definition: Definition) {
  const { sid, format, width, height, depth, numMipLevels, multisampleCount, arraySize, surfaceFlags } =
    definition;
  const cube = (surfaceFlags & SVGA3D_SURFACE.CUBEMAP) !== 0;
  const layers = arraySize === 0 ? (cube ? 6 : 1) : arraySize;
  const description = {
    format,
    width,
    height,
    depth,
    mipLevels: numMipLevels,
    layers,
    samples: multisampleCount,
  };
  return { sid, description };
}

/** A command that reads a surface: what is dirty in all of it is uploaded before. */
function copyOf({ format, description }: SurfaceLayout, source: number, target: number): Uint8Array {
  if (format.buffer) {
    return encodeCommand('DX_BUFFER_COPY', { src: source, dest: target, srcX: 0, destX: 0, width: 1 });
  }
  const { width, height, depth } = description;
  const box = { x: 0, y: 0, z: 0, w: width, h: height, d: depth, srcx: 0, srcy: 0, srcz: 0 };
  const from = { srcSid: source, srcFace: 0, srcMipmap: 0 };
  return encodeCommand('SURFACE_COPY', {
    ...from,
    destSid: target,
    destFace: 0,
    destMipmap: 0,
    boxes: [box],
  });
}
