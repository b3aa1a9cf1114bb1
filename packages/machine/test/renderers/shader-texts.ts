import type { Draw } from '@cg/svga-protocol/random-commands';
import { ON_FACE } from './texture-coordinates.js';

/** What kind of numbers a texture or a target holds. */
export type NumberKind = 'float' | 'sint' | 'uint';

/** How a pixel shader reads a texture. */
export type TextureRead =
  | 'gather4'
  | 'ld'
  | 'ldms'
  | 'resinfo'
  | 'sample'
  | 'sample_b'
  | 'sample_c'
  | 'sample_c_lz'
  | 'sample_d'
  | 'sample_l'
  | 'sampleinfo';

/** A texture of a pixel shader, in the slot of its place in a list. */
export interface ShaderTexture {
  /** As in a declaration: `texture2d`, `texturecubearray`, `texture2dms(4)`, `buffer` and so on. */
  readonly type: string;
  readonly kind: NumberKind;
  readonly read: TextureRead;
  /** In texels, of the instruction. */
  readonly offsets?: readonly [number, number, number] | undefined;
}

/** Whether it gives integers, whatever the texture holds. */
function givesIntegers({ kind, read }: ShaderTexture): boolean {
  return kind !== 'float' || read === 'resinfo';
}

/** Constants of pixel shaders, four by four: scale and offset of coordinates, then what `sources` uses. */
export const CONSTANT_ROWS = 3;

const KINDS: Readonly<Record<NumberKind, string>> = { float: 'float', sint: 'sint', uint: 'uint' };

/** What a vertex shader does beside handing on its inputs. */
export interface VertexShader {
  /** The position moves by instance, and a colour depends on the vertex. */
  readonly usesIds: boolean;
  /** The colour comes from a texture buffer. */
  readonly fetches: boolean;
  /** It has clip distances; or gives them to the pixel shader, which leaves out what is clipped. */
  readonly clips: 'byPixel' | boolean;
}

/** The register of clip distances. */
const DISTANCES = 4;

/** A vertex shader: it hands on a position, a colour, another one and a number that is not interpolated. */
export function vertexText({ usesIds, fetches, clips }: VertexShader): string {
  const lines = [
    'vs_4_0',
    `dcl_constantbuffer cb0[${CONSTANT_ROWS}], immediateIndexed`,
    ...[0, 1, 2, 3].map((register) => `dcl_input v${register}.xyzw`),
    'dcl_input_siv v4.x, instance_id',
    'dcl_input_siv v5.x, vertex_id',
    'dcl_output_siv o0.xyzw, position',
    ...[1, 2, 3].map((register) => `dcl_output o${register}.xyzw`),
    ...(clips === true ? [`dcl_output_siv o${DISTANCES}.xy, clip_distance`] : []),
    ...(clips === 'byPixel' ? [`dcl_output o${DISTANCES}.xy`] : []),
    'dcl_temps 2',
    ...(fetches ? ['dcl_resource_buffer (float,float,float,float) t0'] : []),
    ...(usesIds
      ? [
          'utof r0.x, v4.xxxx',
          'mul r0.xy, r0.xxxx, cb0[2].xyxx',
          'mul r0.xy, r0.xyxx, v0.wwww',
          'add o0.xy, v0.xyxx, r0.xyxx',
          'mov o0.zw, v0.zzzw',
          'iadd r0.xyzw, v5.xxxx, v4.xxxx',
          'iadd o3.xyzw, r0.xyzw, v3.xyzw',
        ]
      : ['mov o0.xyzw, v0.xyzw', 'mov o3.xyzw, v3.xyzw']),
    ...(fetches
      ? ['and r1.x, v5.x, l(7)', 'ld r1.xyzw, r1.xxxx, t0.xyzw', 'mov o1.xyzw, r1.xyzw']
      : ['mov o1.xyzw, v1.xyzw']),
    'mov o2.xyzw, v2.xyzw',
    ...(clips === false ? [] : [`add o${DISTANCES}.xy, v2.xyxx, l(-0.2421875, -0.1171875, 0, 0)`]),
    'ret',
  ];
  return `${lines.join('\n')}\n`;
}

/** What of a primitive a geometry shader sees, by its kind. */
const primitiveCorners = { point: 1, line: 2, triangle: 3, lineadj: 4, triangleadj: 6 } as const;
export type PrimitiveName = keyof typeof primitiveCorners;

/** A geometry shader: gives out the corners of its primitive, then the first one again, so that strips go on. */
export interface GeometryShader {
  readonly primitive: PrimitiveName;
  readonly topology: string;
  /** The layer depends on the primitive and the corner; there need not be one of the number. */
  readonly layered: boolean;
  /** The viewport does. */
  readonly windowed: boolean;
  /** The strip ends after each corner but the first ones that make a primitive. */
  readonly cuts: boolean;
}

export function geometryText({ primitive, topology, layered, windowed, cuts }: GeometryShader): string {
  const corners = primitiveCorners[primitive];
  const inputs = [1, 2, 3].map((register) => `dcl_input v[${corners}][${register}].xyzw`);
  const order = [...Array.from({ length: corners }, (_, i) => i), 0];
  const given = order.flatMap((corner, i) => [
    ...[0, 1, 2, 3].map((register) => `mov o${register}.xyzw, v[${corner}][${register}].xyzw`),
    ...(layered ? [`iadd o4.x, r0.x, l(${i})`] : []),
    ...(windowed ? [`iadd r0.y, r0.x, l(${i})`, 'and o5.x, r0.y, l(1)'] : []),
    'emit',
    ...(cuts && i === 2 ? ['cut'] : []),
  ]);
  const lines = [
    'gs_4_0',
    `dcl_input_siv v[${corners}][0].xyzw, position`,
    ...inputs,
    'dcl_input vPrim',
    'dcl_temps 1',
    `dcl_inputprimitive ${primitive}`,
    `dcl_outputtopology ${topology}`,
    'dcl_output_siv o0.xyzw, position',
    ...[1, 2, 3].map((register) => `dcl_output o${register}.xyzw`),
    ...(layered ? ['dcl_output_siv o4.x, rendertarget_array_index'] : []),
    ...(windowed ? ['dcl_output_siv o5.x, viewport_array_index'] : []),
    `dcl_maxout ${order.length}`,
    'and r0.x, vPrim, l(3)',
    ...given,
    'cut',
    'ret',
  ];
  return `${lines.join('\n')}\n`;
}

/** Coordinates of a dimension: r2 has two, and constant 1 the others. */
function coordinates(type: string): string {
  switch (type) {
    case 'texture1d':
    case 'texture2d':
      return 'r2.xyxx';
    case 'texture1darray':
      return 'r5.xyzw';
    case 'texture2darray':
    case 'texture3d':
      return 'r3.xyzw';
    default:
      return 'r4.xyzw';
  }
}

function readText(resource: ShaderTexture, slot: number): string {
  const { type, read, offsets } = resource;
  const at = coordinates(type);
  const into = givesIntegers(resource) ? 'r7' : 'r1';
  const by = offsets === undefined ? '' : `_aoffimmi(${offsets.join(',')})`;
  const texture = `t${slot}.xyzw`;
  const sampler = `s${slot}`;
  switch (read) {
    case 'ld':
      return `ld${by} ${into}.xyzw, r6.xyzw, ${texture}`;
    case 'ldms':
      return `ldms ${into}.xyzw, r6.xyzw, ${texture}, l(2)`;
    case 'gather4':
      return `gather4${by} ${into}.xyzw, ${at}, ${texture}, ${sampler}.x`;
    case 'resinfo':
      return `resinfo_uint ${into}.xyzw, l(1), ${texture}`;
    case 'sampleinfo':
      return `sampleinfo r1.xyzw, ${texture}\nsamplepos r7.xy, ${texture}, l(2)\nadd r1.xy, r1.xyxx, r7.xyxx`;
    case 'sample_c':
    case 'sample_c_lz':
      return `${read}${by} r1.x, ${at}, t${slot}.xxxx, ${sampler}, cb0[1].w\nmov r1.yzw, r1.xxxx`;
    case 'sample_b':
    case 'sample_l':
      return `${read}${by} ${into}.xyzw, ${at}, ${texture}, ${sampler}, cb0[2].z`;
    case 'sample_d':
      return `sample_d${by} ${into}.xyzw, ${at}, ${texture}, ${sampler}, cb0[2].wwww, cb0[2].wwww`;
    default:
      return `sample${by} ${into}.xyzw, ${at}, ${texture}, ${sampler}`;
  }
}

/** What a pixel shader is made of. */
export interface PixelShader {
  /** The kinds of the outputs, in order; undefined for those that are not written. */
  readonly outputs: readonly (NumberKind | undefined)[];
  readonly textures: readonly ShaderTexture[];
  /** Every other pixel of a row is left out. */
  readonly discards: boolean;
  readonly writesDepth: boolean;
  /** It runs for each sample, with the inputs of the sample. */
  readonly perSample: boolean;
  /** Inputs that are constant count. */
  readonly usesConstants: boolean;
  /** Which side of a primitive it is. */
  readonly usesFace: boolean;
  /** The number of the primitive. */
  readonly usesPrimitive: boolean;
  /** Alpha is 0 or 1. */
  readonly wholeAlpha: boolean;
  /** It has a loop, of one turn: it may cost so much that it is drawn in parts. */
  readonly loops: boolean;
}

/** Whether a read takes a sampler. */
export function isSampled(read: TextureRead): boolean {
  return read === 'gather4' || (read.startsWith('sample') && read !== 'sampleinfo');
}

const SWIZZLES = ['xyzw', 'wzyx', 'yzwx', 'xxyw', 'zyxw'];

function pixelDeclarations(shader: PixelShader): string[] {
  const { outputs, textures, writesDepth, perSample, usesFace, usesPrimitive } = shader;
  const declared = textures.map(
    ({ type, kind }, slot) =>
      `dcl_resource_${type} (${Array.from({ length: 4 }, () => KINDS[kind]).join(',')}) t${slot}`,
  );
  const samplers = textures.flatMap(({ read }, slot) =>
    isSampled(read)
      ? [`dcl_sampler s${slot}, ${read.startsWith('sample_c') ? 'mode_comparison' : 'mode_default'}`]
      : [],
  );
  const place = perSample ? ' sample' : '';
  return [
    'ps_4_1',
    `dcl_constantbuffer cb0[${CONSTANT_ROWS}], immediateIndexed`,
    `dcl_input_ps_siv linear noperspective${place} v0.xy, position`,
    `dcl_input_ps linear${place} v1.xyzw`,
    `dcl_input_ps linear noperspective${place} v2.xyzw`,
    'dcl_input_ps constant v3.xyzw',
    ...(perSample ? ['dcl_input_ps_sgv constant v4.x, sample_index'] : []),
    ...(usesFace ? ['dcl_input_ps_sgv constant v5.x, is_front_face'] : []),
    ...(usesPrimitive ? ['dcl_input_ps_sgv constant v6.x, primitive_id'] : []),
    ...outputs.flatMap((kind, i) => (kind === undefined ? [] : [`dcl_output o${i}.xyzw`])),
    ...(writesDepth ? ['dcl_output oDepth'] : []),
    ...samplers,
    ...declared,
    'dcl_temps 9',
  ];
}

/** A pixel shader that leaves out pixels whose centre is clipped; it does not run for each sample. */
export function clippedByPixel(pixelShader: string): string {
  const temps = 'dcl_temps 9\n';
  const lines = [
    `dcl_input_ps linear v${DISTANCES}.xy`,
    temps.trim(),
    `ge r7.xy, v${DISTANCES}.xyxx, l(0, 0, 0, 0)`,
    'discard_z r7.x',
    'discard_z r7.y',
  ];
  return pixelShader.replace(temps, `${lines.join('\n')}\n`);
}

/** A pixel shader: sums of interpolated colours and texels, and of numbers and those of the pixel. */
export function pixelText(shader: PixelShader, draw: Draw): string {
  const { outputs, textures, discards, writesDepth, perSample } = shader;
  const { usesConstants, usesFace, usesPrimitive, wholeAlpha } = shader;
  const has = (type: RegExp): boolean => textures.some((texture) => type.test(texture.type));
  const reads = textures.flatMap((texture, slot) => [
    readText(texture, slot),
    givesIntegers(texture) ? 'xor r8.xyzw, r8.xyzw, r7.xyzw' : 'add r0.xyzw, r0.xyzw, r1.xyzw',
  ]);
  const stores = outputs.flatMap((kind, i) =>
    kind === undefined
      ? []
      : [`mov o${i}.xyzw, ${kind === 'float' ? 'r0' : 'r8'}.${SWIZZLES[draw(SWIZZLES.length)]}`],
  );
  const lines = [
    ...pixelDeclarations(shader),
    ...(shader.loops ? ['loop', 'breakc_nz l(1)', 'endloop'] : []),
    'ftou r8.xyzw, v0.xyxy',
    ...(discards ? ['and r7.x, r8.x, l(1)', 'discard_nz r7.x'] : []),
    // Coordinates, and whole numbers of texels.
    'mul r2.xy, v0.xyxx, cb0[0].xyxx',
    'add r2.xy, r2.xyxx, cb0[0].zwzz',
    'mov r3.xy, r2.xyxx',
    'mov r3.zw, cb0[1].xxxx',
    'mov r5.x, r2.x',
    'mov r5.yzw, cb0[1].xxxx',
    // Within a face of a cube.
    `mul r4.xy, v0.xyxx, l(${ON_FACE.scale}, ${ON_FACE.scale}, 0, 0)`,
    `add r4.xy, r4.xyxx, l(${ON_FACE.origin.join(', ')}, 0, 0)`,
    'mov r4.zw, cb0[1].yyyz',
    'mov r6.xy, r8.xyxx',
    `mov r6.zw, l(0, 0, ${has(/array|3d/) ? 1 : 0}, 0)`,
    'add r0.xyzw, v1.xyzw, v2.xyzw',
    ...(usesConstants ? ['iadd r8.xyzw, r8.xyzw, v3.xyzw'] : []),
    ...(perSample ? ['iadd r8.xyzw, r8.xyzw, v4.xxxx'] : []),
    ...(usesFace ? ['and r7.xyzw, v5.xxxx, l(5, 9, 17, 33)', 'iadd r8.xyzw, r8.xyzw, r7.xyzw'] : []),
    ...(usesPrimitive ? ['xor r8.xyzw, r8.xyzw, v6.xxxx'] : []),
    ...reads,
    ...(usesFace ? ['and r7.x, v5.x, l(1)', 'utof r7.x, r7.x', 'add r0.x, r0.x, r7.x'] : []),
    ...stores,
    ...(wholeAlpha ? ['and r7.x, r8.x, l(1)', 'utof o0.w, r7.x'] : []),
    ...(writesDepth ? ['mul oDepth, v0.x, l(0.03125)'] : []),
    'ret',
  ];
  return `${lines.join('\n')}\n`;
}
