import type { SerialConsole } from './serial-console.js';

/** What leaves a session: Ctrl-], as in telnet. */
const ESCAPE = 0x1d;

/** Connects the user's terminal to the guest's console, until Ctrl-] is typed. */
export async function connectTerminal(console: SerialConsole): Promise<void> {
  const { stdin } = process;
  console.type('setsid cttyhack sh\n');
  stdin.setRawMode(true);
  await new Promise<void>((resolve) => {
    const typed = (bytes: Buffer): void => {
      if (bytes.includes(ESCAPE)) {
        stdin.off('data', typed);
        resolve();
      } else {
        console.type(bytes.toString('latin1'));
      }
    };
    stdin.on('data', typed);
    stdin.resume();
  });
  stdin.setRawMode(false);
  stdin.pause();
}
