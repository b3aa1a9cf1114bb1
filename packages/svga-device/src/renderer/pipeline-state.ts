import type { SurfaceFormat } from '@cg/surface-layout';
import type {
  blendStateEntry,
  depthStencilStateEntry,
  elementLayoutEntry,
  rasterizerStateEntry,
  samplerEntry,
} from '@cg/svga-protocol';
import type { RenderSurface } from './render-surface.js';

/*
 * The state of a draw as a renderer sees it: objects, no ids. Objects are immutable. Draws with the same definitions
 * have the same objects, so a renderer can keep by identity what it makes of them. Values are those of the headers
 * (SVGA3D_PRIMITIVE, SVGA3D_BLENDOP and so on in `@cg/svga-protocol`), and may be any: a renderer decides what an
 * unknown one means, and must not fail for it.
 */

/** Fields of SVGA3dCmdDXDefineBlendState. Without `independentBlendEnable` entry 0 applies to all targets. */
export type BlendState = Readonly<ReturnType<typeof blendStateEntry.read>>;
/** Fields of SVGA3dCmdDXDefineDepthStencilState. */
export type DepthStencilState = Readonly<ReturnType<typeof depthStencilStateEntry.read>>;
/** Fields of SVGA3dCmdDXDefineRasterizerState. */
export type RasterizerState = Readonly<ReturnType<typeof rasterizerStateEntry.read>>;
/** Fields of SVGA3dCmdDXDefineSamplerState. */
export type SamplerState = Readonly<ReturnType<typeof samplerEntry.read>>;
/** SVGA3dInputElementDesc. */
export type InputElement = Readonly<ReturnType<typeof elementLayoutEntry.read>['descs'][number]>;

/** An input layout. */
export interface InputLayout {
  readonly elements: readonly InputElement[];
}

/** A shader: its tokens, as its MOB held them at its first use after it was bound. */
export interface RenderShader {
  readonly tokens: Uint32Array;
}

/** A part of a buffer. It may end beyond the surface, whose missing bytes read as zeros. */
export interface BufferRange {
  readonly surface: RenderSurface;
  /** In bytes. */
  readonly offset: number;
  readonly size: number;
}

/** A vertex buffer. Bytes behind its end, or that of its surface, read as zeros. */
export interface VertexBuffer {
  readonly surface: RenderSurface;
  /** Bytes from one element to the next; any number, also 0. */
  readonly stride: number;
  readonly offset: number;
  /** In bytes, any number; without it the buffer ends with its surface. */
  readonly size?: number;
}

/** An index buffer. Indices behind its end, or that of its surface, are 0. */
export interface IndexBuffer {
  readonly surface: RenderSurface;
  /** In bytes, any number; `firstVertex` of a call is added in indices. */
  readonly offset: number;
  /** In bytes, any number; without it the buffer ends with its surface. */
  readonly size?: number;
  /** Bytes of an index. */
  readonly indexBytes: 2 | 4;
}

/** A buffer as elements of a format. */
export interface BufferResourceView {
  readonly kind: 'buffer';
  readonly surface: RenderSurface;
  readonly format: SurfaceFormat;
  readonly firstElement: number;
  readonly elements: number;
}

/** Mips and layers of a surface, as texels of a format. */
export interface TextureResourceView {
  readonly kind: 'texture';
  readonly surface: RenderSurface;
  readonly format: SurfaceFormat;
  /** SVGA3D_RESOURCE: TEXTURE1D, 2D, 3D or CUBE; whether it is an array is the shader's decision. */
  readonly dimension: number;
  readonly firstMip: number;
  readonly mips: number;
  /** Faces of a cube count as layers. */
  readonly firstLayer: number;
  readonly layers: number;
}

export type ResourceView = BufferResourceView | TextureResourceView;

/** One mip of a surface, and some of its layers or, of a volume, its slices, to be drawn to. */
export interface TargetView {
  readonly surface: RenderSurface;
  readonly format: SurfaceFormat;
  /** SVGA3D_RESOURCE. */
  readonly dimension: number;
  readonly mip: number;
  /** Of a volume: slices. */
  readonly firstLayer: number;
  readonly layers: number;
}

/** A depth-stencil view. */
export interface DepthTargetView extends TargetView {
  readonly depthReadOnly: boolean;
  readonly stencilReadOnly: boolean;
}

/** A shader and what is bound to its stage, by slot. */
export interface ShaderStage {
  readonly shader: RenderShader;
  readonly constants: readonly (BufferRange | undefined)[];
  readonly views: readonly (ResourceView | undefined)[];
  readonly samplers: readonly (SamplerState | undefined)[];
}

/** SVGA3dViewport. */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly minDepth: number;
  readonly maxDepth: number;
}

/** SVGASignedRect: `right` and `bottom` are exclusive. */
export interface ScissorRect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A piece of a vertex that is streamed out; pieces of a buffer lie one behind another. */
export interface StreamOutputElement {
  /** 0 to 3. */
  readonly buffer: number;
  /** The output register; undefined leaves a gap. */
  readonly register: number | undefined;
  /** Bit 0 for x. Of a gap only the number of bits counts. */
  readonly mask: number;
}

/** What of a vertex is streamed out. */
export interface StreamOutputLayout {
  readonly elements: readonly StreamOutputElement[];
  /** Bytes from one vertex to the next in each buffer. */
  readonly strides: readonly number[];
}

/** A buffer that vertices are streamed to. */
export interface StreamTarget extends BufferRange {
  /** The vertices follow those that were streamed to the surface before; `offset` is then 0. */
  readonly appends: boolean;
}

/** Stream output of a draw. */
export interface StreamOutput {
  readonly layout: StreamOutputLayout;
  /** By buffer. */
  readonly targets: readonly (StreamTarget | undefined)[];
}

/** All state of a draw. The device has loaded the contents of all surfaces in it. */
export interface PipelineState {
  /** SVGA3D_PRIMITIVE. */
  readonly topology: number;
  readonly inputLayout: InputLayout;
  readonly vertexBuffers: readonly (VertexBuffer | undefined)[];
  readonly indexBuffer: IndexBuffer | undefined;
  readonly vertex: ShaderStage;
  readonly geometry: ShaderStage | undefined;
  readonly pixel: ShaderStage | undefined;
  readonly streamOutput: StreamOutput | undefined;
  /** Undefined: Direct3D's default states, as for the other two. */
  readonly rasterizer: RasterizerState | undefined;
  readonly viewports: readonly Viewport[];
  readonly scissors: readonly ScissorRect[];
  readonly depthStencil: DepthStencilState | undefined;
  readonly stencilReference: number;
  readonly blend: BlendState | undefined;
  /** r, g, b, a. */
  readonly blendFactor: readonly number[];
  readonly sampleMask: number;
  /** By slot; undefined where none is bound. */
  readonly targets: readonly (TargetView | undefined)[];
  readonly depthTarget: DepthTargetView | undefined;
}

/** The byte of its surface at which a vertex or an index buffer ends. */
export function bufferEnd({ surface, offset, size = Infinity }: IndexBuffer | VertexBuffer): number {
  return Math.min(offset + size, surface.layout.bytes);
}

/** A draw. */
export interface DrawCall {
  /** Whether vertices come through the index buffer; of a state without one, all indices are 0. */
  readonly indexed: boolean;
  /**
   * Vertices, or indices, of an instance. `auto` for DRAW_AUTO: as many as stream output has written to vertex buffer
   * 0, from its offset on.
   */
  readonly vertexCount: number | 'auto';
  /** The first vertex, or the first index. */
  readonly firstVertex: number;
  /** Added to each index; negative, too. */
  readonly baseVertex: number;
  readonly instanceCount: number;
  readonly firstInstance: number;
}
