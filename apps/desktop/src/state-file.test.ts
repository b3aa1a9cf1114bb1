import { expect, it } from 'vitest';
import { decodeStateFile, encodeStateFile, isStateFile } from './state-file.js';

const ID = '0123456789abcdef';
const STATE = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);

it('a state file has the state, for the guest that it was saved from', async () => {
  const file = await encodeStateFile(ID, STATE);
  expect(await isStateFile(file)).toBe(true);
  expect(await decodeStateFile(ID, file)).toEqual(STATE);
});

it('a file of another guest, of another version, that is cut off, or of another kind is refused', async () => {
  const file = await encodeStateFile(ID, STATE);
  await expect(decodeStateFile(ID.replace('0', '9'), file)).rejects.toMatchObject({ code: 'VERSION' });
  const other = new Blob(['cg desktop 2\n', file.slice(13)]);
  expect(await isStateFile(other)).toBe(true);
  await expect(decodeStateFile(ID, other)).rejects.toMatchObject({ code: 'VERSION' });
  await expect(decodeStateFile(ID, file.slice(0, -9))).rejects.toMatchObject({ code: 'DAMAGED' });
  const picture = new Blob([Uint8Array.of(0x89, 0x50)]);
  expect(await isStateFile(picture)).toBe(false);
  await expect(decodeStateFile(ID, picture)).rejects.toMatchObject({ code: 'DAMAGED' });
});
