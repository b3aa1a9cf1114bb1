import { expect, it } from 'vitest';
import { endReason } from './guest-end.js';

it.each([
  [
    '[   48.276909] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000300',
    'the guest has ended: its first shell exited with 3',
  ],
  [
    '[    8.276909] Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b',
    'the guest has ended: signal 11 ended its first shell',
  ],
  [
    '[   49.729316] Kernel panic - not syncing: sysrq triggered crash',
    'the guest has ended: its kernel panicked (sysrq triggered crash)',
  ],
  ['[   48.978116] reboot: Restarting system', 'the guest has ended: restarting system'],
  ['[ 1234.180564] reboot: System halted', 'the guest has ended: system halted'],
])('the kernel’s line %j is an end', (line, message) => {
  expect(endReason(line)).toBe(message);
});

it.each([
  ['reboot: System halted'],
  ['Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000300'],
  ['[   48.1] what follows a Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000300'],
  ['[   48.978116] reboot: machine restart'],
  [''],
])('any other line, as %j, is not an end', (line) => {
  expect(endReason(line)).toBeUndefined();
});
