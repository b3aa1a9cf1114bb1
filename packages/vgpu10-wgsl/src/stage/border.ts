import type { TextureView } from '../key.js';

/**
 * The border as shaders see it: the sampler's colour as far as the view's format has its channels, then 0, 0, 0 and
 * `one`.
 */
export function borderOf(
  { channels = 'rgba', sampleType }: TextureView,
  color: readonly number[],
  one = 1,
): number[] {
  const own = sampleType === 'depth' ? 'r' : channels;
  return Array.from('rgba', (channel, i) => (own.includes(channel) ? color[i] : channel === 'a' ? one : 0));
}

/** The border as a texel of the texture, whose components the view has in another order. */
export function borderTexel(view: TextureView, color: readonly number[]): number[] {
  const seen = borderOf(view, color);
  const { components = 'rgba' } = view;
  return Array.from('rgba', (channel) => {
    const at = components.indexOf(channel);
    return at < 0 ? 0 : seen[at];
  });
}
