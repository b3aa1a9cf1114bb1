import type { SurfaceFormat } from '@cg/surface-layout';
import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import type { CommandFields } from '@cg/svga-protocol';
import { depthStencilViewEntry, renderTargetViewEntry, SVGA_COTABLE, uaViewEntry } from '@cg/svga-protocol';
import { COST } from '../objects/work-budget.js';
import { fillMasked, fillTexels } from '../texels/fill.js';
import { renderClear } from '../renderer/offers.js';
import type { ClearValue } from '../renderer/renderer.js';
import { codecOf } from '../texels/image-region.js';
import type { TexelCodec } from '../texels/texel-codec.js';
import type { CommandFamily } from './command-family.js';
import { resolveView } from './views.js';
import type { View } from './views.js';

/** SVGA3dClearFlag of svga3d_types.h. */
const SVGA3D_CLEAR = { DEPTH: 2, STENCIL: 4 } as const;

/** Sets every texel of a view, in every sample sheet, to the same bytes. */
function fillView(objects: DeviceObjects, view: View, texel: Uint8Array, value: ClearValue): void {
  const { surface, slices, isWhole } = view;
  const { samples, sheetBytes } = surface.layout;
  const texels = slices.reduce((sum, slice) => sum + slice.texels, 0) * samples;
  if (texels === 0) {
    return;
  }
  objects.budget.charge(texels * texel.length, slices.length * samples);
  if (renderClear(objects, view, value)) {
    return;
  }
  const image = imageToWrite(objects, view, isWhole);
  for (let sheet = 0; sheet < samples; sheet++) {
    for (const { offset, texels: count } of slices) {
      fillTexels(image, sheet * sheetBytes + offset, count, texel);
    }
  }
}

function imageToWrite(objects: DeviceObjects, view: View, isWhole: boolean): Uint8Array {
  for (const subresource of view.subresources) {
    objects.store.forWriting(view.surface, subresource, isWhole);
  }
  return objects.store.image(view.surface);
}

function clearColor(objects: DeviceObjects, view: View, color: Float64Array): void {
  const codec = codecOf(view.format, true);
  if (codec.kind === 'depth') {
    throw new SvgaDeviceError('EINVAL', 'depth is no colour', { format: view.format.id });
  }
  const texel = new Uint8Array(codec.bytes);
  codec.encode(color, texel, 0);
  fillView(objects, view, texel, { kind: 'color', color });
}

function clearRenderTarget(
  objects: DeviceObjects,
  { renderTargetViewId, r, g, b, a }: CommandFields<'DX_CLEAR_RENDERTARGET_VIEW'>,
): void {
  const entry = objects.coTable(SVGA_COTABLE.RTVIEW).read(renderTargetViewId, renderTargetViewEntry);
  clearColor(objects, resolveView(objects, entry), Float64Array.of(r, g, b, a));
}

/** Clears depth, stencil, or both; the other keeps its value. */
function clearDepthStencil(
  objects: DeviceObjects,
  fields: CommandFields<'DX_CLEAR_DEPTHSTENCIL_VIEW'>,
): void {
  const { depthStencilViewId, flags, depth, stencil } = fields;
  const entry = objects.coTable(SVGA_COTABLE.DSVIEW).read(depthStencilViewId, depthStencilViewEntry);
  const view = resolveView(objects, entry);
  const { format } = view;
  const codec = codecOf(format, true);
  if (!format.flags.includes('DEPTH')) {
    throw new SvgaDeviceError('EINVAL', 'format holds no depth', { format: format.id });
  }
  const setsDepth = (flags & SVGA3D_CLEAR.DEPTH) !== 0;
  const setsStencil = (flags & SVGA3D_CLEAR.STENCIL) !== 0 && format.flags.includes('STENCIL');
  const color = Float64Array.of(depth, stencil & 0xff, 0, 1);
  const value: ClearValue = {
    kind: 'depth-stencil',
    ...(setsDepth && { depth }),
    ...(setsStencil && { stencil: stencil & 0xff }),
  };
  if (setsDepth && (setsStencil || !format.flags.includes('STENCIL'))) {
    const texel = new Uint8Array(codec.bytes);
    codec.encode(color, texel, 0);
    fillView(objects, view, texel, value);
  } else if (setsDepth || setsStencil) {
    fillChannel(objects, view, codec, color, value);
  }
}

/** Where depth and stencil are among `channelBits` and `channelOffsets` of a format. */
const CHANNEL = { DEPTH: 2, STENCIL: 1 } as const;

/** The bits of a channel in a texel. */
function maskOf({ channelBits, channelOffsets, bytesPerBlock }: SurfaceFormat, channel: number): Uint8Array {
  const mask = new Uint8Array(bytesPerBlock);
  const first = channelOffsets[channel];
  for (let bit = first; bit < first + channelBits[channel]; bit++) {
    mask[bit >> 3] |= 1 << (bit & 7);
  }
  return mask;
}

/** Sets depth or stencil of every texel, and keeps the other. */
function fillChannel(
  objects: DeviceObjects,
  view: View,
  codec: TexelCodec,
  color: Float64Array,
  value: ClearValue & { readonly kind: 'depth-stencil' },
): void {
  const { surface, slices, format } = view;
  const { samples, sheetBytes } = surface.layout;
  const total = slices.reduce((sum, { texels }) => sum + texels, 0) * samples;
  objects.budget.charge(0, slices.length * samples);
  const mask = maskOf(format, value.depth === undefined ? CHANNEL.STENCIL : CHANNEL.DEPTH);
  objects.budget.chargeEach(total * mask.filter((bits) => bits !== 0).length, COST.CHANNEL_BYTE);
  if (renderClear(objects, { ...view, isWhole: false }, value)) {
    return;
  }
  const image = imageToWrite(objects, view, false);
  const texel = new Uint8Array(codec.bytes);
  codec.encode(color, texel, 0);
  for (let sheet = 0; sheet < samples; sheet++) {
    for (const { offset, texels } of slices) {
      fillMasked(image, sheet * sheetBytes + offset, texels, texel, mask);
    }
  }
}

function uaView(objects: DeviceObjects, id: number): View {
  return resolveView(objects, objects.coTable(SVGA_COTABLE.UAVIEW).read(id, uaViewEntry));
}

/** The values' bits are written to the channels unconverted, truncated to their widths. */
function clearUaViewUint(objects: DeviceObjects, fields: CommandFields<'DX_CLEAR_UA_VIEW_UINT'>): void {
  const view = uaView(objects, fields.uaViewId);
  const { format } = view;
  const values = [fields.valueB, fields.valueG, fields.valueR, fields.valueA];
  const words = new Uint32Array(4);
  format.channelBits.forEach((bits, i) => {
    if (bits > 0) {
      const offset = format.channelOffsets[i];
      words[Math.floor(offset / 32)] += (values[i] % 2 ** bits) * 2 ** (offset % 32);
    }
  });
  if (format.compressed || format.buffer) {
    throw new SvgaDeviceError('EINVAL', 'texels of the format have no channels', { format: format.id });
  }
  const little = new DataView(new ArrayBuffer(16));
  words.forEach((word, i) => little.setUint32(4 * i, word, true));
  const texel = new Uint8Array(little.buffer, 0, format.bytesPerBlock);
  fillView(objects, view, texel, { kind: 'texel', texel });
}

/** Clears through the views of the command buffer's DX context. */
export const clearCommands: CommandFamily = {
  DX_CLEAR_RENDERTARGET_VIEW: clearRenderTarget,
  DX_CLEAR_DEPTHSTENCIL_VIEW: clearDepthStencil,
  DX_CLEAR_UA_VIEW_UINT: clearUaViewUint,
  DX_CLEAR_UA_VIEW_FLOAT: (objects, { uaViewId, valueR, valueG, valueB, valueA }) => {
    clearColor(objects, uaView(objects, uaViewId), Float64Array.of(valueR, valueG, valueB, valueA));
  },
};
