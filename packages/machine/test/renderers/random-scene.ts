import type { RendererCaps } from '@cg/svga-device';
import { SVGA3D_INVALID_ID, SVGA3D_RESOURCE } from '@cg/svga-protocol';
import type { Draw } from '@cg/svga-protocol/random-commands';
import { encodeShader, parseShader } from '@cg/vgpu10';
import { meshOf, type Mesh } from './random-mesh.js';
import { randomTextures, type SceneTexture } from './random-textures.js';
import type { AnyCommand, ShaderTokens } from './render-guest.js';
import { rules, type Rule } from './picture-rule.js';
import {
  blendCommands,
  type Blending,
  depthStencilCommands,
  randomViewport,
  rasterizerCommands,
  windowCommands,
} from './random-state.js';
import { noStream, randomStream } from './random-stream.js';
import { format, nameOf, SceneSurfaces, type SceneSurface } from './scene-surfaces.js';
import {
  CONSTANT_ROWS,
  clippedByPixel,
  geometryText,
  pixelText,
  vertexText,
  type GeometryShader,
  type NumberKind,
  type PixelShader,
  type VertexShader,
} from './shader-texts.js';
import { ORIGINS, SCALES } from './texture-coordinates.js';

/** A draw with all state that it needs. */
export interface SceneDraw {
  readonly commands: readonly AnyCommand[];
  readonly shaders: ShaderTokens;
  /** Those that clip whole pixels, where a renderer may do so. */
  readonly byPixel: ShaderTokens | undefined;
  readonly call: AnyCommand;
  /** Surfaces that it may change, and how these are compared. */
  readonly written: readonly SceneSurface[];
  readonly rule: Rule;
  /** For messages. */
  readonly text: string;
}

/** Surfaces and the draws to them. */
export interface Scene {
  readonly surfaces: readonly SceneSurface[];
  readonly draws: readonly SceneDraw[];
}

const DRAWS = 4;
const SLOTS = 8;
const COLORS = [
  ['R8G8B8A8_UNORM', 'B8G8R8A8_UNORM', 'B8G8R8X8_UNORM', 'R8_UNORM', 'R8G8_UNORM', 'A8_UNORM'],
  ['R8G8B8A8_UNORM_SRGB', 'B8G8R8A8_UNORM_SRGB', 'R10G10B10A2_UNORM', 'B5G6R5_UNORM'],
  ['R16G16B16A16_FLOAT', 'R16_FLOAT', 'R32_FLOAT', 'R32G32B32A32_FLOAT', 'R11G11B10_FLOAT'],
  ['R8G8B8A8_UINT', 'R16G16_SINT', 'R32G32B32A32_UINT', 'R10G10B10A2_UINT', 'R8_UINT', 'R32_SINT'],
];
const DEPTHS = ['D16_UNORM', 'D24_UNORM_S8_UINT', 'D32_FLOAT', 'D32_FLOAT_S8X24_UINT'];
/** Formats whose alpha chooses samples. */
const WITH_ALPHA = /^(R8G8B8A8_UNORM|B8G8R8[AX]8_UNORM|R10G10B10A2_UNORM|R16G16B16A16_FLOAT)/;
const SIDES = [8, 12, 16, 20, 24];

interface Target {
  readonly surface: SceneSurface;
  readonly mip: number;
  readonly firstLayer: number;
  readonly layers: number;
}

function kindOf(name: string): NumberKind {
  return name.endsWith('UINT') ? 'uint' : name.endsWith('SINT') ? 'sint' : 'float';
}

/** Random scenes of what both renderers are to draw alike. */
export class RandomScene {
  readonly #surfaces: SceneSurfaces;

  constructor(
    readonly draw: Draw,
    readonly caps: RendererCaps,
    /** Of the GPU device. */
    readonly features: ReadonlySet<string>,
  ) {
    this.#surfaces = new SceneSurfaces(draw);
  }

  make(): Scene {
    const { draw } = this;
    const samples = draw(4) === 0 ? 4 : 1;
    const [width, height] = [this.#of(SIDES), this.#of(SIDES)];
    const colors = Array.from({ length: draw(3) === 0 ? 1 + draw(3) : 1 }, () =>
      this.#target(this.#color(samples), width, height, samples),
    );
    const depth =
      draw(2) === 0
        ? undefined
        : this.#target(this.#of(samples > 1 ? DEPTHS.slice(0, 1) : DEPTHS), width, height, samples);
    const textures = randomTextures(this.#surfaces, draw, this.caps);
    const draws = Array.from({ length: DRAWS }, (_, id) =>
      this.#sceneDraw(id, colors, depth, textures, width, height, samples),
    );
    return { surfaces: this.#surfaces.all, draws };
  }

  #of<T>(values: readonly T[]): T {
    return values[this.draw(values.length)];
  }

  #color(samples: number): string {
    const usable = this.#of(COLORS).filter((name) => {
      const caps = this.caps.format(format(name));
      return caps.color && (samples === 1 || caps.multisample);
    });
    return usable.length === 0 ? 'R8G8B8A8_UNORM' : this.#of(usable);
  }

  /** A surface of which a mip of some layers, or slices, has a size. */
  #target(name: string, width: number, height: number, samples: number): Target {
    const { draw } = this;
    const mip = samples > 1 ? 0 : this.#of([0, 0, 1, 2]);
    const layers = samples > 1 ? 1 : this.#of([1, 1, 2, 3]);
    const size = { width: width * 2 ** mip, height: height * 2 ** mip };
    const isVolume = samples === 1 && draw(8) === 0 && !name.startsWith('D');
    const more = isVolume ? { depth: layers * 2 ** mip } : { layers };
    const surface = this.#surfaces.make(name, { ...size, ...more, mipLevels: mip + 1, samples });
    const firstLayer = draw(layers);
    return { surface, mip, firstLayer, layers: layers - firstLayer };
  }

  #sceneDraw(
    id: number,
    colors: readonly Target[],
    depth: Target | undefined,
    textures: readonly SceneTexture[],
    width: number,
    height: number,
    samples: number,
  ): SceneDraw {
    const { draw } = this;
    const viewport = randomViewport(draw, width, height);
    const depthName = depth && nameOf(depth.surface.layout.format);
    const hasD24 = depthName?.startsWith('D24') === true;
    const mesh = meshOf(this.#surfaces, draw, viewport, samples > 1 ? 'flat' : hasD24 ? 'any' : 'steps');
    // Neighbours of a line's pixels are like them, without textures.
    const used = mesh.drawnAs === 'lines' ? [] : textures.filter(() => draw(3) === 0).slice(0, 2);
    const fetched =
      draw(5) === 0
        ? textures.find(({ shader: own }) => own.type === 'buffer' && own.kind === 'float')
        : undefined;
    const drawn = depth === undefined ? colors : [...colors, depth];
    const clips = mesh.geometry === undefined && mesh.isFilled && draw(6) === 0;
    const { shader, blending } = this.#shading(mesh, used, colors, depth, samples, clips);
    const geometry = mesh.geometry && {
      ...mesh.geometry,
      layered: drawn.every(({ layers }) => layers === drawn[0].layers) && draw(2) === 0,
      windowed: draw(3) === 0,
      cuts: draw(3) === 0,
    };
    const vertex = { usesIds: mesh.usesIds, fetches: fetched !== undefined };
    const all = shadersOf(vertex, pixelText(shader, draw), geometry, clips, samples);
    const isDouble = geometry?.windowed === true;
    const stream = draw(4) === 0 ? randomStream(this.#surfaces, draw, id) : noStream;
    const commands = [
      ...mesh.commands(id),
      ...this.#targets(id, colors, depth),
      ...this.#constants(mesh),
      ...this.#textures(id, used, fetched),
      ...blendCommands(id, draw, blending),
      ...depthStencilCommands(id, draw, isPlain(mesh)),
      ...rasterizerCommands(id, draw, mesh, depthName, isDouble || draw(3) === 0),
      ...windowCommands(draw, viewport, width, height, isDouble),
      ...stream.commands,
    ];
    return {
      commands,
      ...all,
      call: mesh.call,
      written: [...drawn.map(({ surface }) => surface), ...stream.written],
      rule: {
        spread: rules[mesh.drawnAs][mesh.isExact && !clips ? 'exact' : 'free'],
        blends: blending.isOn,
        overlap: mesh.overlap,
        filter: used.reduce((sum, { filter }) => sum + filter, 0),
        magnitude: 3 + 2 * used.length,
      },
      text: JSON.stringify({
        id,
        samples,
        mesh: mesh.text,
        geometry,
        clips,
        shader,
        commands,
        textures: used,
      }),
    };
  }

  /** What the pixel shader of a draw does, and how its results are blended. */
  #shading(
    mesh: Mesh,
    used: readonly SceneTexture[],
    colors: readonly Target[],
    depth: Target | undefined,
    samples: number,
    clips: boolean,
  ): { readonly shader: PixelShader; readonly blending: Blending } {
    const { draw } = this;
    const names = colors.map(({ surface }) => nameOf(surface.layout.format));
    const outputs = names.map((name) => (draw(12) === 0 ? undefined : kindOf(name)));
    const isFilledTriangles = mesh.drawnAs === 'triangles' && mesh.isFilled;
    const isOn = !isPlain(mesh) && draw(2) === 0;
    const hasSecondSource =
      isOn &&
      colors.length === 1 &&
      outputs[0] === 'float' &&
      this.features.has('dual-source-blending') &&
      draw(3) === 0;
    const coversByAlpha =
      samples > 1 && !isPlain(mesh) && outputs[0] === 'float' && WITH_ALPHA.test(names[0]) && draw(3) === 0;
    const shader = {
      outputs: hasSecondSource ? [...outputs, 'float' as const] : outputs,
      textures: used.map(({ shader: own }) => own),
      discards: mesh.drawnAs !== 'lines' && draw(6) === 0,
      writesDepth: depth !== undefined && draw(8) === 0,
      // Clipped by pixels, where a renderer does so.
      perSample: samples > 1 && draw(4) === 0 && !clips,
      // Those of outlines are their own.
      usesConstants: mesh.isFilled,
      usesFace: isFilledTriangles && draw(4) === 0,
      usesPrimitive:
        isFilledTriangles &&
        mesh.geometry === undefined &&
        this.features.has('primitive-index') &&
        draw(4) === 0,
      wholeAlpha: coversByAlpha,
      loops: draw(4) === 0,
    };
    const hasAlphaAlone = names.includes('A8_UNORM');
    return { shader, blending: { isOn, hasAlphaAlone, hasSecondSource, coversByAlpha } };
  }

  #targets(id: number, colors: readonly Target[], depth: Target | undefined): AnyCommand[] {
    const renderTargetViewIds = colors.map((_, slot) => id * SLOTS + slot);
    const viewOf = ({ surface, mip, firstLayer, layers }: Target) => ({
      sid: surface.sid,
      format: surface.layout.format.id,
      resourceDimension:
        surface.layout.description.depth > 1 ? SVGA3D_RESOURCE.TEXTURE3D : SVGA3D_RESOURCE.TEXTURE2D,
      mipSlice: mip,
      firstArraySlice: firstLayer,
      arraySize: layers,
    });
    return [
      ...colors.map((target, slot): AnyCommand => [
        'DX_DEFINE_RENDERTARGET_VIEW',
        { renderTargetViewId: id * SLOTS + slot, ...viewOf(target) },
      ]),
      ...(depth === undefined
        ? []
        : ([
            [
              'DX_DEFINE_DEPTHSTENCIL_VIEW',
              { depthStencilViewId: id, ...viewOf(depth), flags: this.draw(6) === 0 ? this.draw(4) : 0 },
            ],
          ] satisfies AnyCommand[])),
      [
        'DX_SET_RENDERTARGETS',
        { depthStencilViewId: depth === undefined ? SVGA3D_INVALID_ID : id, renderTargetViewIds },
      ],
    ];
  }

  #constants({ step }: Mesh): AnyCommand[] {
    const { draw } = this;
    const scale = this.#of(SCALES);
    const rows = [
      [scale, scale, ...this.#of(ORIGINS)],
      [draw(3) + 0.27, this.#of([1, -1]), draw(2) + 0.25, 0.4],
      [...step, this.#of([0, 0.3, 1, 1.7]), 0.11],
    ];
    const bytes = new Uint8Array(Float32Array.from(rows.flat()).buffer);
    const { sid } = this.#surfaces.buffer(bytes);
    const fields = { slot: 0, sid, offsetInBytes: 0, sizeInBytes: 16 * CONSTANT_ROWS };
    return [1, 2].map((type) => ['DX_SET_SINGLE_CONSTANT_BUFFER', { ...fields, type }]);
  }

  #textures(id: number, used: readonly SceneTexture[], fetched: SceneTexture | undefined): AnyCommand[] {
    const bound = fetched === undefined ? used : [...used, fetched];
    const views = bound.map((_, slot) => id * SLOTS + slot);
    const ofPixels = used.map((_, slot) => id * SLOTS + slot);
    return [
      ...bound.map(({ view }, slot): AnyCommand => [
        'DX_DEFINE_SHADERRESOURCE_VIEW',
        { shaderResourceViewId: id * SLOTS + slot, ...view },
      ]),
      ...used.map(({ sampler }, slot): AnyCommand => [
        'DX_DEFINE_SAMPLER_STATE',
        { samplerId: id * SLOTS + slot, ...sampler },
      ]),
      ['DX_SET_SHADER_RESOURCES', { startView: 0, type: 2, shaderResourceViewIds: ofPixels }],
      ['DX_SET_SAMPLERS', { startSampler: 0, type: 2, samplerIds: ofPixels }],
      ...(fetched === undefined
        ? []
        : ([
            [
              'DX_SET_SHADER_RESOURCES',
              { startView: 0, type: 1, shaderResourceViewIds: [views[used.length]] },
            ],
          ] satisfies AnyCommand[])),
    ];
  }
}

/** Pixels of lines may be others; outlines, and points of triangles, have no sides. */
function isPlain({ drawnAs, isFilled }: Mesh): boolean {
  return drawnAs === 'lines' || !isFilled;
}

function shadersOf(
  vertex: Omit<VertexShader, 'clips'>,
  pixel: string,
  geometry: GeometryShader | undefined,
  clips: boolean,
  samples: number,
): Pick<SceneDraw, 'byPixel' | 'shaders'> {
  return {
    shaders: [
      tokens(vertexText({ ...vertex, clips })),
      tokens(pixel),
      geometry && tokens(geometryText(geometry)),
    ],
    byPixel:
      clips && samples > 1
        ? [tokens(vertexText({ ...vertex, clips: 'byPixel' })), tokens(clippedByPixel(pixel)), undefined]
        : undefined,
  };
}

const known = new Map<string, Uint32Array>();

function tokens(text: string): Uint32Array {
  let found = known.get(text);
  if (found === undefined) {
    found = encodeShader(parseShader(text));
    known.set(text, found);
  }
  return found;
}
