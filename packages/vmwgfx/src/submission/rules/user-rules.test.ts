import { describe, expect, it } from 'vitest';
import { ruleOf, userCommandNames } from './command-rules.js';

/** Each command's effect on the surfaces and buffer objects in its body, according to the kernel's checks. */
const named: Readonly<Record<string, string>> = {
  BIND_GB_SURFACE: 'sid:read mobid:buffer bindsBacking',
  DRAW_INDEXED: 'indexBufferSid:read',
  DX_BUFFER_COPY: 'src:read dest:write',
  DX_BUFFER_UPDATE: 'sid:read explicit uploads',
  DX_COPY_STRUCTURE_COUNT: 'destSid:write',
  DX_DISPATCH_INDIRECT: 'argsBufferSid:read',
  DX_DRAW_INDEXED_INSTANCED_INDIRECT: 'argsBufferSid:read',
  DX_DRAW_INSTANCED_INDIRECT: 'argsBufferSid:read',
  DX_INVALIDATE_SUBRESOURCE: 'sid:read explicit',
  DX_PRED_CONVERT: 'srcSid:read dstSid:write',
  DX_PRED_CONVERT_REGION: 'srcSid:read dstSid:write',
  DX_PRED_COPY: 'srcSid:read dstSid:write',
  DX_PRED_COPY_REGION: 'srcSid:read dstSid:write',
  DX_PRED_RESOLVE_COPY: 'srcSid:read dstSid:write',
  DX_PRED_STAGING_CONVERT: 'srcSid:read dstSid:write',
  DX_PRED_STAGING_CONVERT_REGION: 'srcSid:read dstSid:write',
  DX_PRED_STAGING_COPY: 'srcSid:read dstSid:write',
  DX_PRED_STAGING_COPY_REGION: 'srcSid:read dstSid:write',
  DX_PRED_TRANSFER_FROM_BUFFER: 'srcSid:read destSid:write',
  DX_PRESENTBLT: 'srcSid:read dstSid:write',
  DX_READBACK_SUBRESOURCE: 'sid:read explicit',
  DX_RESOLVE_COPY: 'srcSid:read dstSid:write',
  DX_SET_MIN_LOD: 'sid:read',
  DX_STAGING_BUFFER_COPY: 'src:read dest:write',
  DX_STAGING_COPY: 'srcSid:read dstSid:write',
  DX_TRANSFER_FROM_BUFFER: 'srcSid:read destSid:write',
  DX_TRANSFER_TO_BUFFER: 'srcSid:read destSid:write',
  DX_UPDATE_SUBRESOURCE: 'sid:read explicit uploads',
  GENERATE_MIPMAPS: 'sid:write',
  INTRA_SURFACE_COPY: 'sid:write',
  INVALIDATE_GB_IMAGE: 'sid:read explicit',
  INVALIDATE_GB_IMAGE_PARTIAL: 'sid:read explicit',
  INVALIDATE_GB_SURFACE: 'sid:settle explicit',
  READBACK_GB_IMAGE: 'sid:read explicit',
  READBACK_GB_IMAGE_PARTIAL: 'sid:read explicit',
  READBACK_GB_SURFACE: 'sid:settle explicit',
  SURFACE_COPY: 'srcSid:read destSid:write',
  SURFACE_DMA: 'hostSid:write guestGmrId:buffer',
  SURFACE_STRETCHBLT: 'srcSid:read destSid:write',
  UPDATE_GB_IMAGE: 'sid:read explicit uploads',
  UPDATE_GB_SURFACE: 'sid:settle explicit uploads',
  WHOLE_SURFACE_COPY: 'srcSid:read destSid:write',
};

/** Commands without a context; the others have one. */
const withoutContext = new Set([
  'NOP',
  'BIND_GB_SURFACE',
  'DX_BUFFER_COPY',
  'DX_BUFFER_UPDATE',
  'DX_INVALIDATE_SUBRESOURCE',
  'DX_PRED_CONVERT',
  'DX_PRED_CONVERT_REGION',
  'DX_PRED_COPY',
  'DX_PRED_COPY_REGION',
  'DX_PRED_RESOLVE_COPY',
  'DX_PRED_STAGING_CONVERT',
  'DX_PRED_STAGING_CONVERT_REGION',
  'DX_PRED_STAGING_COPY',
  'DX_PRED_STAGING_COPY_REGION',
  'DX_PRED_TRANSFER_FROM_BUFFER',
  'DX_PRESENTBLT',
  'DX_READBACK_SUBRESOURCE',
  'DX_RESOLVE_COPY',
  'DX_STAGING_BUFFER_COPY',
  'DX_STAGING_COPY',
  'DX_TRANSFER_FROM_BUFFER',
  'DX_TRANSFER_TO_BUFFER',
  'DX_UPDATE_SUBRESOURCE',
  'GENERATE_MIPMAPS',
  'INTRA_SURFACE_COPY',
  'INVALIDATE_GB_IMAGE',
  'INVALIDATE_GB_IMAGE_PARTIAL',
  'INVALIDATE_GB_SURFACE',
  'READBACK_GB_IMAGE',
  'READBACK_GB_IMAGE_PARTIAL',
  'READBACK_GB_SURFACE',
  'SURFACE_COPY',
  'SURFACE_DMA',
  'SURFACE_STRETCHBLT',
  'UPDATE_GB_IMAGE',
  'UPDATE_GB_SURFACE',
  'WHOLE_SURFACE_COPY',
]);

describe.each(userCommandNames)('%s', (name) => {
  const { surfaces, buffers, bindsBacking, explicit, uploads, apply } = ruleOf(name)!;

  it('does to what its body names what it is known to do', () => {
    const effects = [
      ...surfaces.map(({ field, effect }) => `${field}:${effect}`),
      ...buffers.map((field) => `${field}:buffer`),
      ...(bindsBacking ? ['bindsBacking'] : []),
      ...(explicit ? ['explicit'] : []),
      ...(uploads ? ['uploads'] : []),
    ];
    expect(effects.join(' ')).toBe(named[name] ?? '');
  });

  it('is for a context, or for none', () => {
    expect(apply === undefined).toBe(withoutContext.has(name));
  });
});

it('each of those is a command that users may send', () => {
  expect(Object.keys(named).filter((name) => !userCommandNames.some((other) => other === name))).toEqual([]);
});
