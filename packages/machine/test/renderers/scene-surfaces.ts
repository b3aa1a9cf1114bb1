import { formatByName, SurfaceLayout, type SurfaceDescription, type SurfaceFormat } from '@cg/surface-layout';
import { TexelCodec } from '@cg/svga-device';
import type { Draw } from '@cg/svga-protocol/random-commands';

/** A surface of a scene, and the bytes that it begins with. */
export interface SceneSurface {
  readonly sid: number;
  readonly layout: SurfaceLayout;
  readonly bytes: Uint8Array;
}

export function format(name: string): SurfaceFormat {
  const found = formatByName(name);
  if (found === undefined) {
    throw new Error(`no format ${name}`);
  }
  return found;
}

/** The format that shaders read a surface of depth as. */
const readAs: Readonly<Record<string, string>> = {
  D16_UNORM: 'R16_UNORM',
  D24_UNORM_S8_UINT: 'R24_UNORM_X8',
  D32_FLOAT: 'R32_FLOAT',
  D32_FLOAT_S8X24_UINT: 'R32_FLOAT_X8X24',
};

/** The name of a format without SVGA3D_. */
export function nameOf({ name }: SurfaceFormat): string {
  return name.replace('SVGA3D_', '');
}

/** The format of a view that shaders read a surface through. */
export function readFormat(of: SurfaceFormat): SurfaceFormat {
  const name = readAs[nameOf(of)];
  return name === undefined ? of : format(name);
}

/** Numbers of 8 bits of a fraction, which all formats of colours hold about. */
function fraction(draw: Draw, least: number): number {
  return least + ((1 - least) * draw(257)) / 256;
}

/** Random bytes of a surface: of floats and depths they are finite, and of floats between −1 and 1. */
export function randomBytes({ format: own, bytes }: SurfaceLayout, draw: Draw): Uint8Array {
  const image = Uint8Array.from({ length: bytes }, () => draw(256));
  const isFloat = own.flags.includes('FP') || own.flags.includes('DEPTH');
  const codec = isFloat ? TexelCodec.of(own, false) : undefined;
  if (codec === undefined) {
    return image;
  }
  const texel = new Float64Array(4);
  for (let at = 0; at + codec.bytes <= bytes; at += codec.bytes) {
    const least = codec.kind === 'depth' || nameOf(own) === 'R11G11B10_FLOAT' ? 0 : -1;
    for (let i = 0; i < 4; i++) {
      texel[i] = fraction(draw, least);
    }
    if (codec.kind === 'depth') {
      // Depths that no draw is likely to meet, and stencil values.
      texel[0] = draw(2 ** 24) / 2 ** 24;
      texel[1] = draw(4) === 0 ? draw(256) : draw(3);
    }
    codec.encode(texel, image, at);
  }
  return image;
}

/** Makes the surfaces of a scene. */
export class SceneSurfaces {
  readonly all: SceneSurface[] = [];

  constructor(readonly draw: Draw) {}

  make(name: string, more: Partial<SurfaceDescription>, bytes?: Uint8Array): SceneSurface {
    const one = { width: 1, height: 1, depth: 1, mipLevels: 1, layers: 1, samples: 1 };
    const layout = new SurfaceLayout({ ...one, ...more, format: format(name).id });
    const made = { sid: this.all.length + 1, layout, bytes: bytes ?? randomBytes(layout, this.draw) };
    this.all.push(made);
    return made;
  }

  buffer(bytes: Uint8Array): SceneSurface {
    return this.make('BUFFER', { width: bytes.length }, bytes);
  }
}
