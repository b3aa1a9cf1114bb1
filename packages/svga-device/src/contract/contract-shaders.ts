/*
 * Shaders of the contract, in tokens of shader model 4.0. What they draw is exact, whatever a renderer's precision: a
 * triangle that covers all of the target, of one colour or of texels as they are.
 */

const OUTPUT_0 = [0x0010_20f2, 0];
const INPUT_0 = [0x0010_1e46, 0];
const RETURN = 0x0100_003e;

/** @param type of the program token @param instructions everything behind the header */
function shader(type: number, ...instructions: readonly (readonly number[])[]): Uint32Array {
  const words = instructions.flat();
  return Uint32Array.of((type << 16) | 0x40, words.length + 2, ...words);
}

/** Hands on v0, the position. */
export const passVertex = shader(
  1,
  [0x0300_005f, 0x0010_10f2, 0], // dcl_input v0.xyzw
  [0x0400_0067, ...OUTPUT_0, 1], // dcl_output_siv o0.xyzw, position
  [0x0500_0036, ...OUTPUT_0, ...INPUT_0], // mov o0.xyzw, v0.xyzw
  [RETURN],
);

/** The colour in constant buffer 0. */
export const constantPixel = shader(
  0,
  [0x0400_0059, 0x0020_8e46, 0, 1], // dcl_constantbuffer cb0[1]
  [0x0300_0065, ...OUTPUT_0], // dcl_output o0.xyzw
  [0x0600_0036, ...OUTPUT_0, 0x0020_8e46, 0, 0], // mov o0.xyzw, cb0[0].xyzw
  [RETURN],
);

/** The texel of resource 0 at the pixel, of mip 0 of the view; outside of it, zeros. */
export const texelPixel = shader(
  0,
  [0x0400_1858, 0x0010_7000, 0, 0x5555], // dcl_resource_texture2d t0, float
  [0x0400_2064, 0x0010_1032, 0, 1], // dcl_input_ps_siv linear noperspective v0.xy, position
  [0x0300_0065, ...OUTPUT_0], // dcl_output o0.xyzw
  [0x0200_0068, 1], // dcl_temps 1
  [0x0500_001b, 0x0010_0032, 0, 0x0010_1046, 0], // ftoi r0.xy, v0.xyxx
  [0x0800_0036, 0x0010_00c2, 0, 0x0000_4002, 0, 0, 0, 0], // mov r0.zw, l(0, 0, 0, 0)
  [0x0700_002d, ...OUTPUT_0, 0x0010_0e46, 0, 0x0010_7e46, 0], // ld o0.xyzw, r0.xyzw, t0.xyzw
  [RETURN],
);

/** The triangle's vertices: x, y, z, w each. */
export const coveringTriangle = Float32Array.of(-1, -1, 0, 1, 3, -1, 0, 1, -1, 3, 0, 1);
