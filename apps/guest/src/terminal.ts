import type { EmulatedGuest } from './emulator/emulated-guest.js';

/** Ends a session: Ctrl-], as in telnet. */
const ESCAPE = 0x1d;

/** A shell with the guest's console as its terminal. */
const CONSOLE_SHELL = 'setsid cttyhack sh < /dev/console > /dev/console 2>&1';

/**
 * Connects the user's terminal to a shell on the guest's console, until that ends or Ctrl-] is typed.
 * @throws GuestError where the guest ends
 */
export async function connectTerminal({ console, shell }: EmulatedGuest): Promise<void> {
  const { stdin } = process;
  let leave: () => void;
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const typed = (bytes: Buffer): void => {
    if (bytes.includes(ESCAPE)) {
      leave();
    } else {
      console.type(bytes.toString('latin1'));
    }
  };
  stdin.setRawMode(true);
  stdin.on('data', typed);
  stdin.resume();
  try {
    await Promise.race([left, shell.run(CONSOLE_SHELL, { seconds: Infinity })]);
  } finally {
    stdin.off('data', typed);
    stdin.setRawMode(false);
    stdin.pause();
  }
}
