import { TexelCodec, type Viewport } from '@cg/svga-device';
import { SVGA3D_PRIMITIVE } from '@cg/svga-protocol';
import type { Draw } from '@cg/svga-protocol/random-commands';
import type { AnyCommand } from './render-guest.js';
import { format, type SceneSurfaces } from './scene-surfaces.js';
import type { PrimitiveName } from './shader-texts.js';

/** Vertices, and how they are drawn. */
export interface Mesh {
  readonly call: AnyCommand;
  /** What sets its buffers, layout and topology. */
  commands(id: number): AnyCommand[];
  readonly drawnAs: 'lines' | 'points' | 'triangles';
  /** Corners are at sixteenths of a pixel, and nothing is clipped. */
  readonly isExact: boolean;
  readonly fillMode: number;
  readonly isFilled: boolean;
  readonly geometry: { readonly primitive: PrimitiveName; readonly topology: string } | undefined;
  /** Positions move with instances: by so much in clip space. */
  readonly usesIds: boolean;
  readonly step: readonly [number, number];
  /** The most primitives that may cover a pixel. */
  readonly overlap: number;
  readonly text: object;
}

const VERTICES = 12;
const INSTANCES = 3;
const SIXTEENTHS = 16;
/** Pixels that instances move by, at most. */
const MOVED = 2 * (INSTANCES - 1);
const FILL = { POINT: 1, LINE: 2, FILL: 3 } as const;

interface Kind {
  readonly topology: number;
  readonly primitive: PrimitiveName;
  readonly drawnAs: Mesh['drawnAs'];
  readonly isStrip: boolean;
}

const kinds: readonly Kind[] = [
  { topology: SVGA3D_PRIMITIVE.TRIANGLELIST, primitive: 'triangle', drawnAs: 'triangles', isStrip: false },
  { topology: SVGA3D_PRIMITIVE.TRIANGLESTRIP, primitive: 'triangle', drawnAs: 'triangles', isStrip: true },
  { topology: SVGA3D_PRIMITIVE.TRIANGLEFAN, primitive: 'triangle', drawnAs: 'triangles', isStrip: true },
  { topology: SVGA3D_PRIMITIVE.POINTLIST, primitive: 'point', drawnAs: 'points', isStrip: false },
  { topology: SVGA3D_PRIMITIVE.LINELIST, primitive: 'line', drawnAs: 'lines', isStrip: false },
  { topology: SVGA3D_PRIMITIVE.LINESTRIP, primitive: 'line', drawnAs: 'lines', isStrip: true },
  { topology: SVGA3D_PRIMITIVE.LINELIST_ADJ, primitive: 'lineadj', drawnAs: 'lines', isStrip: false },
  { topology: SVGA3D_PRIMITIVE.LINESTRIP_ADJ, primitive: 'lineadj', drawnAs: 'lines', isStrip: true },
  {
    topology: SVGA3D_PRIMITIVE.TRIANGLELIST_ADJ,
    primitive: 'triangleadj',
    drawnAs: 'triangles',
    isStrip: false,
  },
  {
    topology: SVGA3D_PRIMITIVE.TRIANGLESTRIP_ADJ,
    primitive: 'triangleadj',
    drawnAs: 'triangles',
    isStrip: true,
  },
];

const outputs = {
  triangles: 'trianglestrip',
  lines: 'linestrip',
  points: 'pointlist',
} as const;

const floatFormats = [
  'R32G32B32A32_FLOAT',
  'R32G32B32_FLOAT',
  'R32G32_FLOAT',
  'R32_FLOAT',
  'R16G16B16A16_FLOAT',
  'R16G16_FLOAT',
  'R16G16B16A16_UNORM',
  'R16G16B16A16_SNORM',
  'R16G16_UNORM',
  'R8G8B8A8_UNORM',
  'R8G8B8A8_SNORM',
  'B8G8R8A8_UNORM',
  'R10G10B10A2_UNORM',
  'R11G11B10_FLOAT',
  'R8G8_UNORM',
  'R8_SNORM',
  'R16_UNORM',
];
const wholeFormats = [
  'R32G32B32A32_UINT',
  'R32G32B32_SINT',
  'R16G16B16A16_UINT',
  'R16G16_SINT',
  'R8G8B8A8_UINT',
  'R8G8B8A8_SINT',
  'R10G10B10A2_UINT',
  'R32_UINT',
];

/**
 * What depths are: of all vertices the same, without perspective; sixty-fourths; any numbers, of which none are
 * likely to be equal.
 */
export type Depths = 'any' | 'flat' | 'steps';

/** A random mesh in a viewport. */
export function meshOf(surfaces: SceneSurfaces, draw: Draw, viewport: Viewport, depths: Depths): Mesh {
  const of = <T>(values: readonly T[]): T => values[draw(values.length)];
  const kind = draw(2) === 0 ? of(kinds.slice(0, 3)) : of(kinds);
  const geometry =
    draw(6) === 0
      ? { primitive: kind.primitive, as: of(['triangles', 'lines', 'points'] as const) }
      : undefined;
  const isTriangles = geometry === undefined && kind.drawnAs === 'triangles';
  const fillMode = isTriangles && draw(10) === 0 ? of([FILL.POINT, FILL.LINE]) : FILL.FILL;
  const drawnAs =
    fillMode === FILL.LINE ? 'lines' : fillMode === FILL.POINT ? 'points' : (geometry?.as ?? kind.drawnAs);
  const isExact = draw(4) > 0;
  const usesIds = draw(4) === 0;
  const instances = usesIds ? 1 + draw(INSTANCES) : 1;
  const count = geometry !== undefined || kind.primitive.endsWith('adj') ? 6 + draw(7) : 3 + draw(7);
  const positions = positionBytes(draw, viewport, isExact, depths, usesIds ? MOVED : 0);
  const first = draw(3);
  const indexed = draw(2) === 0;
  const layout = attributeLayout(surfaces, draw, positions);
  const indices = indexed ? indexBuffer(surfaces, draw, kind.isStrip, count) : undefined;
  const call = callOf(draw, count, first, instances, indices?.first);
  return {
    call,
    commands: (id) => [
      ['DX_DEFINE_ELEMENTLAYOUT', { elementLayoutId: id, descs: layout.descs }],
      ['DX_SET_INPUT_LAYOUT', { elementLayoutId: id }],
      ['DX_SET_VERTEX_BUFFERS', { startBuffer: 0, buffers: layout.buffers }],
      ['DX_SET_TOPOLOGY', { topology: kind.topology }],
      ...(indices === undefined ? [] : [indices.command]),
    ],
    drawnAs,
    isExact,
    fillMode,
    isFilled: fillMode === FILL.FILL,
    geometry: geometry && { primitive: geometry.primitive, topology: outputs[geometry.as] },
    usesIds,
    step: [4 / viewport.width, -2 / viewport.height],
    overlap: count * instances,
    text: { kind, geometry, isExact, fillMode, usesIds, call },
  };
}

/** Positions of four floats. */
function positionBytes(
  draw: Draw,
  { width, height }: Viewport,
  isExact: boolean,
  depths: Depths,
  moved: number,
): Uint8Array {
  const floats: number[] = [];
  const flat = draw(65) / 64;
  const isFlat = depths === 'flat';
  for (let i = 0; i < VERTICES + 2; i++) {
    const place = (side: number): number =>
      isExact
        ? draw(SIXTEENTHS * (side - moved) + 1) / SIXTEENTHS
        : (draw(2 ** 20) / 2 ** 20) * 2 * side - side / 2;
    const w = isFlat ? 1 : isExact ? [1, 1, 2, 0.5][draw(4)] : 0.25 + draw(2 ** 16) / 2 ** 16;
    const depth = isFlat ? flat : depths === 'any' ? draw(2 ** 20) / 2 ** 20 : draw(65) / 64;
    const z = isExact || isFlat ? depth : 1.5 * depth - 0.25;
    const [x, y] = [(2 * place(width)) / width - 1, 1 - (2 * place(height)) / height];
    floats.push(x * w, y * w, z * w, w);
  }
  return new Uint8Array(Float32Array.from(floats).buffer);
}

/** Where each of the four attributes is, in buffers at any places and steps. */
function attributeLayout(surfaces: SceneSurfaces, draw: Draw, positions: Uint8Array) {
  const of = <T>(values: readonly T[]): T => values[draw(values.length)];
  const names = ['R32G32B32A32_FLOAT', of(floatFormats), of(floatFormats), of(wholeFormats)];
  const buffers: { sid: number; stride: number; offset: number }[] = [];
  const descs = names.map((name, register) => {
    const own = format(name);
    const codec = TexelCodec.of(own, false)!;
    const alignedByteOffset = 4 * draw(3);
    const offset = 4 * draw(3);
    const stride = own.bytesPerBlock + draw(9);
    const image = new Uint8Array(alignedByteOffset + offset + (VERTICES + 3) * stride);
    const texel = new Float64Array(4);
    for (let i = 0; i < VERTICES + 2; i++) {
      const at = alignedByteOffset + offset + i * stride;
      if (register === 0) {
        image.set(positions.subarray(16 * i, 16 * i + 16), at);
        continue;
      }
      for (let each = 0; each < 4; each++) {
        texel[each] = codec.kind === 'color' ? draw(65) / 64 : draw(200);
      }
      codec.encode(texel, image, at);
    }
    buffers.push({ sid: surfaces.buffer(image).sid, stride, offset });
    const isInstanced = register > 0 && draw(4) === 0;
    return {
      inputSlot: register,
      alignedByteOffset,
      format: own.id,
      inputSlotClass: isInstanced ? 1 : 0,
      instanceDataStepRate: isInstanced ? draw(3) : 0,
      inputRegister: register,
    };
  });
  return { descs, buffers };
}

function indexBuffer(surfaces: SceneSurfaces, draw: Draw, isStrip: boolean, count: number) {
  const bytes = draw(2) === 0 ? 2 : 4;
  const first = draw(3);
  const values = Array.from({ length: first + count }, () =>
    isStrip && draw(6) === 0 ? 0xffff_ffff : draw(VERTICES),
  );
  const offset = bytes * draw(3);
  const image = new Uint8Array(offset + bytes * values.length);
  const view = new DataView(image.buffer);
  values.forEach((value, i) =>
    bytes === 2
      ? view.setUint16(offset + 2 * i, value & 0xffff, true)
      : view.setUint32(offset + 4 * i, value, true),
  );
  // Those beyond the end are 0.
  const short = draw(5) === 0 ? image.slice(0, Math.max(image.length - bytes * 2, 4)) : image;
  const fields = {
    sid: surfaces.buffer(short).sid,
    format: format(bytes === 2 ? 'R16_UINT' : 'R32_UINT').id,
    offset,
  };
  return { first, command: ['DX_SET_INDEX_BUFFER', fields] satisfies AnyCommand };
}

function callOf(
  draw: Draw,
  count: number,
  first: number,
  instanceCount: number,
  firstIndex: number | undefined,
): AnyCommand {
  const startInstanceLocation = draw(2);
  const isPlain = instanceCount === 1 && draw(2) === 0;
  if (firstIndex === undefined) {
    return isPlain
      ? ['DX_DRAW', { vertexCount: count, startVertexLocation: first }]
      : [
          'DX_DRAW_INSTANCED',
          { vertexCountPerInstance: count, instanceCount, startVertexLocation: first, startInstanceLocation },
        ];
  }
  const place = { startIndexLocation: firstIndex, baseVertexLocation: draw(3) };
  return isPlain
    ? ['DX_DRAW_INDEXED', { indexCount: count, ...place }]
    : [
        'DX_DRAW_INDEXED_INSTANCED',
        { indexCountPerInstance: count, instanceCount, startInstanceLocation, ...place },
      ];
}
