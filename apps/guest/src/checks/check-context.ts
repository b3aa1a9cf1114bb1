import { encodeCommand, type CommandFields, type CommandName } from '@cg/svga-protocol';
import { DrmClient } from '../linux/drm-client.js';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';

/**
 * What vmwgfx sends, at least, for a DX context that is made, used, outgrows one of its COTables, and is
 * destroyed: a table for each of 11 kinds of object, another for the one that grows, and none in the end.
 */
const EXPECTED = {
  DX_DEFINE_CONTEXT: 1,
  DX_BIND_CONTEXT: 2,
  DX_SET_COTABLE: 11 + 1 + 11,
  DX_SET_TOPOLOGY: 1,
  DX_DEFINE_SAMPLER_STATE: 2,
  DX_READBACK_COTABLE: 1,
  DX_DESTROY_CONTEXT: 1,
} as const satisfies Partial<Record<CommandName, number>>;

/** An id beyond the page that a COTable begins with. */
const FAR_SAMPLER = 900;

const TRIANGLE_LIST = 4;

/** How often the device executed each of the commands of a DX context's life. */
export interface ContextCheck {
  readonly executed: Readonly<Record<string, number>>;
  /** Those that it should have executed more often. */
  readonly missing: readonly string[];
}

/** Has a program in the guest make a DX context, define samplers in it and go. The device must have DX. */
export async function checkContext(guest: EmulatedGuest): Promise<ContextCheck> {
  const before = guest.device.statistics.perCommand;
  const client = await DrmClient.open(guest.program);
  const context = await client.createDxContext();
  await client.submit(encodeCommand('DX_SET_TOPOLOGY', { topology: TRIANGLE_LIST }), context);
  await client.submit(sampler(0), context);
  await client.submit(sampler(FAR_SAMPLER), context);
  await client.close();
  const after = guest.device.statistics.perCommand;
  const names = Object.keys(EXPECTED) as (keyof typeof EXPECTED)[];
  const executed = Object.fromEntries(names.map((name) => [name, after[name] - before[name]]));
  return { executed, missing: names.filter((name) => executed[name] < EXPECTED[name]) };
}

function sampler(samplerId: number): Uint8Array {
  const fields: CommandFields<'DX_DEFINE_SAMPLER_STATE'> = {
    samplerId,
    filter: 1,
    addressU: 1,
    addressV: 1,
    addressW: 1,
    mipLODBias: 0,
    maxAnisotropy: 1,
    comparisonFunc: 1,
    borderColorR: 0,
    borderColorG: 0,
    borderColorB: 0,
    borderColorA: 0,
    minLOD: 0,
    maxLOD: 1,
  };
  return encodeCommand('DX_DEFINE_SAMPLER_STATE', fields);
}
