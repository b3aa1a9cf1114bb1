import type { DriverState } from '../driver-state.js';
import { VmwgfxError } from '../errors.js';
import type { BufferObject } from '../memory/buffer-object.js';
import { DxContext } from '../resource/contexts/dx-context.js';
import { LegacyContext } from '../resource/contexts/legacy-context.js';
import { Shader, SVGA3D_SHADERTYPE } from '../resource/shader.js';

/** A context to create. */
export interface NewContext {
  readonly kind: 'legacy' | 'dx';
}

/** A shader to create. */
export interface NewShader {
  /** SVGA3dShaderType: vertex (1) or pixel (2). */
  readonly type: number;
  /** Bytes of its bytecode, whole dwords. */
  readonly bytes: number;
  /** Handle of the buffer object with the bytecode; without it the shader gets a backing of zeros. */
  readonly buffer?: number;
  /** Where the bytecode begins there, a multiple of 4. Default 0. */
  readonly offset?: number;
}

/** @throws VmwgfxError EINVAL for a DX context if the device has none */
export function makeContext(driver: DriverState, kind: 'legacy' | 'dx'): LegacyContext | DxContext {
  if (kind === 'legacy') {
    return new LegacyContext(driver);
  }
  if (!driver.limits.hasDx) {
    throw new VmwgfxError('EINVAL', 'the device has no DX contexts');
  }
  return new DxContext(driver);
}

/** @throws VmwgfxError EINVAL for an invalid type or size, or a place outside the buffer object */
export function makeShader(driver: DriverState, wanted: NewShader, buffer?: BufferObject): Shader {
  const { type, bytes, offset = 0 } = wanted;
  if (type !== SVGA3D_SHADERTYPE.VS && type !== SVGA3D_SHADERTYPE.PS) {
    throw new VmwgfxError('EINVAL', `contexts without DX have no shaders of type ${type}`);
  }
  if (!Number.isSafeInteger(bytes) || bytes < 4 || bytes % 4 !== 0) {
    throw new VmwgfxError('EINVAL', `a shader cannot have ${bytes} bytes`, { bytes });
  }
  if (!Number.isSafeInteger(offset) || offset < 0 || offset % 4 !== 0) {
    throw new VmwgfxError('EINVAL', `a shader cannot begin at ${offset}`, { offset });
  }
  const shader = new Shader(driver, type, bytes);
  if (buffer !== undefined) {
    if (offset + bytes > buffer.bytes) {
      throw new VmwgfxError('EINVAL', `${bytes} bytes at ${offset} leave the buffer object`, {
        offset,
        bytes,
      });
    }
    buffer.reserved((held) => shader.attach(held, offset));
  }
  return shader;
}
