import type { SurfaceFormat } from '@cg/surface-layout';

/** Which of red, green, blue and alpha a format has: `rg`, or `rgba`. */
export function colorChannels({ channelBits, compressed, flags }: SurfaceFormat): string {
  if (compressed) {
    return flags.includes('BC4') ? 'r' : flags.includes('BC5') ? 'rg' : 'rgba';
  }
  const [b, g, r, a] = channelBits;
  return `${r > 0 ? 'r' : ''}${g > 0 ? 'g' : ''}${b > 0 ? 'b' : ''}${a > 0 ? 'a' : ''}`;
}
