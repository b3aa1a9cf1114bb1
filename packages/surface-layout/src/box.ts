/** A box of texels in one mip level: origin and size. */
export interface SurfaceBox {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
}

/** A box and the subresource it lies in. */
export interface SubresourceBox extends SurfaceBox {
  readonly subresource: number;
}
