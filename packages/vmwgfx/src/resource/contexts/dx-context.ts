import { coTableEntryBytes, SVGA3D_INVALID_ID } from '@cg/svga-device';
import { PAGE_SIZE } from '@cg/pagetable';
import type { DriverContext } from '../../context.js';
import type { IdAllocator } from '../../id-allocator.js';
import type { BufferObject } from '../../memory/buffer-object.js';
import { DeviceObject } from '../device-object.js';
import { CoTable } from './co-table.js';

/** SVGADXContextMobFormat of svga3d_dx.h takes two pages. */
const CONTEXT_BYTES = 2 * PAGE_SIZE;

/** A DX context: submissions name it for all their commands, and it has tables of views, states and shaders. */
export class DxContext extends DeviceObject {
  readonly kind = 'dx';
  /** By SVGACOTableType. */
  readonly tables: readonly CoTable[];
  /** The backing has what the device knew. */
  #hasContents = false;

  constructor(context: DriverContext) {
    super(context, CONTEXT_BYTES, false);
    this.tables = coTableEntryBytes.map((_, type) => new CoTable(this, type));
  }

  protected get ids(): IdAllocator {
    return this.context.dxContextIds;
  }

  protected define(cid: number, refused: () => void): void {
    this.context.queue.emit('DX_DEFINE_CONTEXT', { cid }, refused);
  }

  protected bindTo(cid: number, backing: BufferObject, refused: () => void): void {
    const validContents = this.#hasContents ? 1 : 0;
    this.context.queue.emit('DX_BIND_CONTEXT', { cid, mobid: backing.mobId(), validContents }, refused);
  }

  protected unbindFrom(cid: number): void {
    this.context.queue.emitSurely('DX_BIND_CONTEXT', { cid, mobid: SVGA3D_INVALID_ID, validContents: 0 });
  }

  protected undefine(cid: number): void {
    this.context.queue.emitSurely('DX_DESTROY_CONTEXT', { cid });
  }

  readBack(refused: () => void): void {
    this.context.queue.emit('DX_READBACK_CONTEXT', { cid: this.id }, refused);
    this.#hasContents = true;
  }

  override destroy(): void {
    try {
      super.destroy();
    } finally {
      this.tables.forEach((table) => table.destroy());
    }
  }
}
