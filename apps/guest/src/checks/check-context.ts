import { encodeCommand, type CommandFields, type CommandName } from '@cg/svga-protocol';
import { DrmClient } from '../linux/drm-client.js';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';

/**
 * The minimum of commands that vmwgfx sends for a DX context that is created, used, outgrows one of its COTables, and
 * is destroyed: a table is set for each of 11 kinds of object, again for the one that grows, and all are unset at the
 * end.
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

/** An id beyond a COTable's first page, so that the table has to grow. */
const FAR_SAMPLER = 900;

const TRIANGLE_LIST = 4;

/** Commands of a DX context's life that the device has executed, counted. */
export interface ContextCheck {
  readonly executed: Readonly<Record<string, number>>;
  /** Those executed too few times. */
  readonly missing: readonly string[];
}

/** Creates a DX context in the guest, defines samplers in it, and destroys it. The device must have DX. */
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
