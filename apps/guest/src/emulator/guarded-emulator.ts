import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { V86, type V86Options } from 'v86';
import { GuestError } from '../guest-error.js';

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  main_loop(): number;
}

interface Imports {
  readonly env: object;
}

/** Of TypeScript's libraries only that of the browser declares it. */
const { WebAssembly: wasm } = globalThis as unknown as {
  WebAssembly: {
    instantiate(bytes: Uint8Array, imports: Imports): Promise<{ instance: { exports: Exports } }>;
    readonly RuntimeError: new () => Error;
  };
};

/**
 * A v86 that is ready and off.
 *
 * v86 prints the panics of its own code, and throws them where nobody can catch them: from a timer of its main
 * loop. Here they are told to `onFault`, and the emulator stops.
 * @param onFault a GuestError for a panic of v86; any other error is of the handlers that v86 calls, ours
 */
export async function makeGuardedEmulator(
  options: V86Options,
  onFault: (error: Error) => void,
): Promise<V86> {
  let panic = 'it stopped';
  const instantiate = async (imports: Imports): Promise<Exports> => {
    const code = readFileSync(createRequire(import.meta.url).resolve('v86/build/v86.wasm'));
    const printPanic = (offset: number, length: number): void => {
      // «panicked at <place>:», and in the next line why.
      const text = Buffer.from(exports.memory.buffer, offset, length).toString();
      panic = text.trim().split('\n').at(1) ?? text.trim();
    };
    const env = { ...imports.env, console_log_from_wasm: printPanic };
    const { instance } = await wasm.instantiate(code, { ...imports, env });
    const { exports } = instance;
    const mainLoop = (): number => {
      try {
        return exports.main_loop();
      } catch (error) {
        const isPanic = error instanceof wasm.RuntimeError;
        onFault(isPanic ? new GuestError(`the emulator cannot go on: ${panic}`) : (error as Error));
        void emulator.stop();
        return 0;
      }
    };
    return { ...exports, main_loop: mainLoop };
  };
  const emulator = new V86({ ...options, wasm_fn: instantiate });
  await new Promise<void>((resolve) => {
    emulator.add_listener('emulator-ready', () => resolve());
  });
  return emulator;
}
