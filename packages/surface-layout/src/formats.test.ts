import { describe, expect, it } from 'vitest';
import { formatById, formatByName, surfaceFormats } from './formats.js';

describe('surface formats', () => {
  it('there are 154, ids and names unique, each found at its id', () => {
    expect(surfaceFormats.length).toBe(154);
    expect(surfaceFormats.map(({ id }) => id)).toEqual([...surfaceFormats.keys()]);
    expect(new Set(surfaceFormats.map(({ name }) => name)).size).toBe(surfaceFormats.length);
  });

  it('are found by name with and without the prefix, and not otherwise', () => {
    const format = formatById(2);
    expect(format?.name).toBe('SVGA3D_A8R8G8B8');
    expect(formatByName('SVGA3D_A8R8G8B8')).toBe(format);
    expect(formatByName('A8R8G8B8')).toBe(format);
    expect(formatByName('a8r8g8b8')).toBeUndefined();
    expect(formatByName('SVGA3D_SVGA3D_A8R8G8B8')).toBeUndefined();
    for (const id of [-1, 154, 1.5, Number.NaN]) {
      expect(formatById(id)).toBeUndefined();
    }
  });

  it('D10: only FORMAT_INVALID has blocks of no bytes', () => {
    const empty = surfaceFormats.filter(({ bytesPerBlock }) => bytesPerBlock === 0);
    expect(empty.map(({ name }) => name)).toEqual(['SVGA3D_FORMAT_INVALID']);
  });

  it('cannot be changed', () => {
    const format = surfaceFormats[2];
    const parts = [format, format.flags, format.channelBits, format.channelOffsets];
    expect(parts.every(Object.isFrozen)).toBe(true);
    expect(Object.isFrozen(surfaceFormats)).toBe(true);
  });
});
