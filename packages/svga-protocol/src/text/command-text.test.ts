import { expect, it } from 'vitest';
import type { CommandFields, CommandName } from '../commands/command-table.js';
import { SVGA3D_INVALID_ID } from '../structures/header-types.js';
import { decodeCommands } from '../stream/command-decoder.js';
import { encodeCommand } from '../stream/command-writer.js';
import { formatCommand } from './command-text.js';

function textOf<N extends CommandName>(name: N, fields: CommandFields<N>): string {
  return [...decodeCommands(encodeCommand(name, fields))].map(formatCommand).join();
}

const NONE = SVGA3D_INVALID_ID;

it('an id of no object is INVALID, in the body, in elements and as an element', () => {
  expect(textOf('BIND_GB_SURFACE', { sid: 7, mobid: NONE })).toBe('0: BIND_GB_SURFACE sid=7 mobid=INVALID');
  const buffers = [{ sid: NONE, stride: NONE, offset: 0 }];
  expect(textOf('DX_SET_VERTEX_BUFFERS', { startBuffer: 0, buffers })).toBe(
    '0: DX_SET_VERTEX_BUFFERS startBuffer=0 buffers[0]={sid=INVALID stride=0xffffffff offset=0}',
  );
  expect(textOf('DX_SET_RENDERTARGETS', { depthStencilViewId: NONE, renderTargetViewIds: [3, NONE] })).toBe(
    '0: DX_SET_RENDERTARGETS depthStencilViewId=INVALID renderTargetViewIds=[3 INVALID]',
  );
});

it('guest memory regions have their own names', () => {
  const fields = { offset: 0, bytesPerLine: 256, format: 0 };
  expect(textOf('DEFINE_GMRFB', { gmrId: 0xffff_fffe, ...fields })).toContain('gmrId=FRAMEBUFFER');
  expect(textOf('DEFINE_GMRFB', { gmrId: NONE, ...fields })).toContain('gmrId=NULL');
});
