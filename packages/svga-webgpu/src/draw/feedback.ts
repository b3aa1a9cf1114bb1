import type { StageName } from '@cg/vgpu10-wgsl';
import { TEXTURE_USAGE } from '../gpu/flags.js';
import type { ImageTable } from '../images/image-table.js';
import type { DrawTargets } from './draw-targets.js';
import type { StageResources } from './stage-resources.js';
import type { BoundTexture } from './view-table.js';

type StandIns = Map<string, { readonly id: number; readonly view: GPUTextureView }>;

let ids = -2;

/**
 * Copies of textures that a draw both reads and draws to, which WebGPU forbids.
 * @returns by stage and slot; undefined if there are none
 */
export function standInTextures(
  images: ImageTable,
  targets: DrawTargets,
  stages: Readonly<Record<StageName, StageResources>>,
  layers: number,
): StandIns | undefined {
  let standIns: StandIns | undefined;
  for (const stage of ['vertex', 'geometry', 'pixel'] as const) {
    for (const { slot, bound } of stages[stage].textures()) {
      if ('image' in bound && isTarget(bound, targets, layers)) {
        standIns ??= new Map();
        standIns.set(`${stage}/${slot}`, { id: ids--, view: copyOf(images, bound) });
      }
    }
  }
  return standIns;
}

function isTarget({ image, range }: BoundTexture, { all }: DrawTargets, layers: number): boolean {
  return all.some(
    (target) =>
      target.image === image &&
      target.mip >= range.firstMip &&
      target.mip < range.firstMip + range.mips &&
      (target.isVolume ||
        (target.firstLayer < range.firstLayer + range.layers &&
          range.firstLayer < target.firstLayer + layers)),
  );
}

function copyOf(images: ImageTable, { image, range, descriptor }: BoundTexture): GPUTextureView {
  const { recorder, transfer } = images;
  const texture = image.texture!;
  const copy = recorder.temporaryTexture({
    size: { width: texture.width, height: texture.height, depthOrArrayLayers: texture.depthOrArrayLayers },
    mipLevelCount: texture.mipLevelCount,
    sampleCount: texture.sampleCount,
    dimension: texture.dimension,
    format: texture.format,
    viewFormats: [...image.storage!.viewFormats],
    usage:
      TEXTURE_USAGE.COPY_DST |
      TEXTURE_USAGE.TEXTURE_BINDING |
      (texture.sampleCount > 1 ? TEXTURE_USAGE.RENDER_ATTACHMENT : 0),
  });
  image.use(recorder, transfer, range);
  const { mips } = image.surface.layout;
  for (let mip = range.firstMip; mip < range.firstMip + range.mips; mip++) {
    const block = image.storage!.block;
    const width = Math.ceil(mips[mip].width / block) * block;
    const height = Math.ceil(mips[mip].height / block) * block;
    const isVolume = texture.dimension === '3d';
    const place = { mipLevel: mip, origin: { x: 0, y: 0, z: isVolume ? 0 : range.firstLayer } };
    recorder
      .encoder()
      .copyTextureToTexture(
        { texture, ...place },
        { texture: copy, ...place },
        { width, height, depthOrArrayLayers: isVolume ? mips[mip].depth : range.layers },
      );
  }
  return copy.createView(descriptor);
}
