import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import { END_X, START_X, startX } from './x-server.js';

it.skipIf(process.platform === 'win32').each([
  ['starts', START_X],
  ['ends', END_X],
])('the command that %s X is one to a shell', (_what, command) => {
  expect(spawnSync('sh', ['-n'], { input: command, encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
});

/** A guest whose shell prints these errors, and fails. */
function failing(errors: string): EmulatedGuest {
  const run = async (_command: string, options: { onErrors(bytes: Uint8Array): void }): Promise<number> => {
    options.onErrors(Buffer.from(errors));
    return 1;
  };
  return { shell: { run } } as unknown as EmulatedGuest;
}

it('an error has the server’s reasons, and not what is in every log', async () => {
  const log = `(WW) warning, (EE) error, (NI) not implemented, (??) unknown.
[ 97.4] (EE) dbus-core: error connecting to system bus
[133.4] (EE) vmware(0): Virtual size (8192x8192) (pitch 8192) exceeds video memory
[133.4] (EE) Screen(s) found, but none have a usable configuration.
[133.4] (EE)
[133.4] (EE) Please also check the log file
[133.8] (EE) Server terminated with error (1). Closing log file.
`;
  await expect(startX(failing(log))).rejects.toThrow(
    /^X does not start in the guest: \(EE\) vmware\(0\): Virtual size .* memory; \(EE\) Screen\(s\) found, .*\.$/,
  );
  await expect(startX(failing('chroot: not found\n'))).rejects.toThrow(
    'X does not start in the guest: chroot: not found',
  );
});
