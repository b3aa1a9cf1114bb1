import { SVGA3D_MOBFMT, SVGA_CB_FLAG, SVGA_OTABLE, SVGA_COTABLE } from '@cg/svga-protocol';
import { TestGuest } from './guest.js';
import type { Submission } from './guest.js';

const PAGE = 4096;

/** What a view of all of a 2D texture's first mip says of it. */
export const plainView = { resourceDimension: 3, mipSlice: 0, firstArraySlice: 0, arraySize: 1 };

/** A guest with DX context 0, which the headers of its buffers name. */
export class DxGuest extends TestGuest {
  override submit(
    commands: Uint8Array,
    options: { context?: number; flags?: number; pa?: number } = {},
  ): Submission {
    return super.submit(commands, {
      flags: options.context === 0x3f ? 0 : SVGA_CB_FLAG.DX_CONTEXT,
      ...options,
    });
  }

  /** Starts, with a table of DX contexts, context 0, and its tables of views. */
  withTables(): this {
    this.start();
    const baseAddress = this.allocatePage();
    const ptDepth = SVGA3D_MOBFMT.PTDEPTH_0;
    const type = SVGA_OTABLE.DXCONTEXT;
    this.must('SET_OTABLE_BASE64', { type, baseAddress, sizeInBytes: PAGE, validSizeInBytes: 0, ptDepth });
    this.must('DX_DEFINE_CONTEXT', { cid: 0 });
    const { RTVIEW, DSVIEW, SRVIEW, UAVIEW } = SVGA_COTABLE;
    for (const table of [RTVIEW, DSVIEW, SRVIEW, UAVIEW]) {
      this.defineMob(50 + table, PAGE);
      this.must('DX_SET_COTABLE', { cid: 0, mobid: 50 + table, type: table, validSizeInBytes: 0 });
    }
    return this;
  }
}
