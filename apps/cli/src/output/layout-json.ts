import { surfaceFormats, webGlFormat, webGpuFormat } from '@cg/surface-layout';
import { movedBytes } from '../layout/dirty-boxes.js';
import { exactness, type ShownLayout } from './layout-text.js';

/** The table of formats, every column of it, and what the web APIs have for each. */
export function formatsAsJson(): string {
  const formats = surfaceFormats.map((format) => {
    const webGl = webGlFormat(format);
    return {
      ...format,
      exactness: exactness(format),
      webgpu: webGpuFormat(format),
      webgl: webGl.format === undefined ? webGl : { ...webGl },
    };
  });
  return JSON.stringify({ formats });
}

/** One object: the layout, and the requested rest. */
export function layoutAsJson({ layout, locations, boxes, upload }: ShownLayout): string {
  const { description, format, mips, layers, samples } = layout;
  const { width, height, depth, cube, streamOutput } = description;
  return JSON.stringify({
    format: format.name,
    size: [width, height, depth],
    layers,
    samples,
    cube,
    streamOutput,
    bytes: layout.bytes,
    backingBytes: layout.backingBytes,
    sheetBytes: layout.sheetBytes,
    layerBytes: layout.mipChainBytes,
    mips,
    ...(locations.length === 0 ? {} : { locations }),
    ...(boxes === undefined
      ? {}
      : { boxes: boxes.map((box) => ({ ...box, bytes: movedBytes(layout, box) })) }),
    ...(upload === undefined ? {} : { upload }),
  });
}
