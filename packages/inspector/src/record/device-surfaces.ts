import { SurfaceLayout, SurfaceLayoutError } from '@cg/surface-layout';
import type { SvgaDevice } from '@cg/svga-device';
import { commandNames, SVGA3D_SURFACE, type CommandReader } from '@cg/svga-protocol';
import { Recorder, type RecorderOptions } from '../recording/recorder.js';
import type { NamedSurface, SurfaceDirectory } from '../recording/surface-directory.js';

const DEFINITIONS = [
  'DEFINE_GB_SURFACE',
  'DEFINE_GB_SURFACE_V2',
  'DEFINE_GB_SURFACE_V3',
  'DEFINE_GB_SURFACE_V4',
] as const;

const TWO_32 = 2 ** 32;

/** The surfaces of a device whose driver is not ours: by the commands that define them. */
class DefinedSurfaces implements SurfaceDirectory {
  readonly #surfaces = new Map<number, NamedSurface>();
  readonly #definitions = new Map(DEFINITIONS.map((name) => [commandNames.indexOf(name), name]));
  #defined = 0;

  ofId(sid: number): NamedSurface | undefined {
    return this.#surfaces.get(sid);
  }

  inObject(): readonly never[] {
    return [];
  }

  /** A command has run. */
  done(reader: CommandReader): void {
    const name = this.#definitions.get(reader.index);
    if (name !== undefined) {
      this.#define(reader.fields(name));
    } else if (commandNames[reader.index] === 'DESTROY_GB_SURFACE') {
      this.#surfaces.delete(reader.fields('DESTROY_GB_SURFACE').sid);
    }
  }

  #define(fields: {
    readonly sid: number;
    readonly surfaceFlags: number;
    readonly format: number;
    readonly numMipLevels: number;
    readonly multisampleCount: number;
    readonly width: number;
    readonly height: number;
    readonly depth: number;
    readonly arraySize?: number;
  }): void {
    const { sid, format, numMipLevels: mipLevels, multisampleCount: samples, arraySize = 0 } = fields;
    const isCube = ((fields.surfaceFlags % TWO_32) & SVGA3D_SURFACE.CUBEMAP) !== 0;
    const layers = arraySize > 0 ? arraySize : isCube ? 6 : 1;
    const { width, height, depth } = fields;
    try {
      const layout = new SurfaceLayout({ format, width, height, depth, mipLevels, layers, samples });
      this.#surfaces.set(sid, { name: `surface ${sid}, no. ${++this.#defined}`, layout });
    } catch (error) {
      if (!(error instanceof SurfaceLayoutError)) {
        throw error;
      }
    }
  }
}

/**
 * Records a device alone, as it is in v86, where the driver is the guest's: commands, uploads, pictures and fences of
 * the surfaces that are defined from now on. A step is what the caller says it is (`Recorder.step`).
 */
export function recordDevice(device: SvgaDevice, options: Omit<RecorderOptions, 'directory'>): Recorder {
  const directory = new DefinedSurfaces();
  const unlisten = device.events.listen((event) => {
    if (event.kind === 'command-done') {
      directory.done(event.reader);
    }
  });
  const recorder = new Recorder(device, { ...options, directory });
  const { stop } = recorder;
  return Object.assign(recorder, {
    stop: () => {
      stop();
      unlisten();
    },
  });
}
