import { requests, takeApart } from '@cg/vmwgfx-ioctl';
import { expect, it } from 'vitest';
import { callsByNr } from './call-table.js';

it('each request number names a call, and each number of the driver is one', () => {
  const numbers = Object.entries(requests).filter(([name]) => name.startsWith('DRM_IOCTL_'));
  for (const [name, request] of numbers) {
    expect([name, callsByNr.get(takeApart(request).nr)?.request]).toEqual([name, request]);
  }
  expect([...callsByNr.keys()].filter((nr) => nr >= 0x40)).toHaveLength(requests.DRM_VMW_MKSSTAT_REMOVE + 1);
});
