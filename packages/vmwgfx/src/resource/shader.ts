import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { DriverState } from '../driver-state.js';
import type { IdAllocator } from '../id-allocator.js';
import type { BufferObject } from '../memory/buffer-object.js';
import { DeviceObject } from './device-object.js';
import { WeakRefs, type Named } from './weak-refs.js';

/** SVGA3dShaderType of svga3d_types.h. */
export const SVGA3D_SHADERTYPE = { VS: 1, PS: 2, GS: 3, HS: 4, DS: 5, CS: 6 } as const;

/** A guest-backed shader of legacy contexts: the device reads its bytecode from a buffer object. */
export class Shader extends DeviceObject implements Named {
  readonly namedBy = new WeakRefs();

  constructor(
    driver: DriverState,
    /** SVGA3dShaderType. */
    readonly type: number,
    bytes: number,
  ) {
    super(driver, bytes, false);
  }

  get stateId(): number {
    return this.id;
  }

  override retire(): void {
    this.namedBy.tellDestroyed();
    super.retire();
  }

  protected get ids(): IdAllocator {
    return this.driver.shaderIds;
  }

  protected define(shid: number, refused: () => void): void {
    const definition = { shid, type: this.type, sizeInBytes: this.backingBytes };
    this.driver.queue.emit('DEFINE_GB_SHADER', definition, refused);
  }

  protected bindTo(shid: number, backing: BufferObject, refused: () => void): void {
    const binding = { shid, mobid: backing.mobId(), offsetInBytes: this.backingOffset };
    this.driver.queue.emit('BIND_GB_SHADER', binding, refused);
  }

  protected unbindFrom(shid: number): void {
    this.driver.queue.emitNoFail('BIND_GB_SHADER', { shid, mobid: SVGA3D_INVALID_ID, offsetInBytes: 0 });
  }

  protected undefine(shid: number): void {
    this.driver.queue.emitNoFail('DESTROY_GB_SHADER', { shid });
  }

  /** The device never writes it. */
  readBack(): void {}
}
