/** A value that a subresource has been cleared to, until a pass or another use makes it so. */
export interface PendingClear {
  readonly color: GPUColorDict | undefined;
  readonly depth: number | undefined;
  readonly stencil: number | undefined;
}

/** An attachment of depth that keeps what is not cleared. */
export function depthAttachment(
  view: GPUTextureView,
  hasStencil: boolean,
  clear: PendingClear | undefined,
): GPURenderPassDepthStencilAttachment {
  return {
    view,
    ...(clear?.depth === undefined
      ? { depthLoadOp: 'load' as const }
      : { depthLoadOp: 'clear' as const, depthClearValue: clear.depth }),
    depthStoreOp: 'store',
    ...(hasStencil && {
      ...(clear?.stencil === undefined
        ? { stencilLoadOp: 'load' as const }
        : { stencilLoadOp: 'clear' as const, stencilClearValue: clear.stencil }),
      stencilStoreOp: 'store' as const,
    }),
  };
}
