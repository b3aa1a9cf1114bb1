/** Flags of WebGPU, whose objects are globals that not every environment has. */

/** GPUBufferUsage. */
export const BUFFER_USAGE = {
  MAP_READ: 0x1,
  COPY_SRC: 0x4,
  COPY_DST: 0x8,
  INDEX: 0x10,
  VERTEX: 0x20,
  UNIFORM: 0x40,
  STORAGE: 0x80,
  QUERY_RESOLVE: 0x200,
} as const;

/** GPUTextureUsage. */
export const TEXTURE_USAGE = {
  COPY_SRC: 0x1,
  COPY_DST: 0x2,
  TEXTURE_BINDING: 0x4,
  RENDER_ATTACHMENT: 0x10,
} as const;

/** GPUShaderStage. */
export const SHADER_STAGE = { VERTEX: 1, FRAGMENT: 2, COMPUTE: 4 } as const;

/** GPUMapMode.READ. */
export const MAP_READ = 1;

/** Rows in buffers that textures are copied to. */
export const ROW_ALIGNMENT = 256;
