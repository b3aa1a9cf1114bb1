import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { V86, type V86Options } from 'v86';
import {
  EmulatorCore,
  type CoreExports as Exports,
  type CoreImports as Imports,
  setCompilation,
} from './emulator-core.js';
import { GuestError } from '../guest-error.js';
import { wasm } from './web-assembly.js';

/**
 * Creates a v86 that is ready and not running, and its core.
 *
 * v86 prints panics of its own code, and throws them from a timer of its main loop, where nothing can catch them. Here
 * `onFault` receives them, and the emulator stops. @param onFault receives a GuestError for a panic of v86; any other
 * error comes from one of our handlers that v86 calls
 */
export async function makeGuardedEmulator(
  options: V86Options,
  onFault: (error: Error) => void,
): Promise<{ readonly emulator: V86; readonly core: EmulatorCore }> {
  const core = new EmulatorCore();
  let panic = 'v86 gives no reason';
  const instantiate = async (imports: Imports): Promise<Exports> => {
    const code = readFileSync(createRequire(import.meta.url).resolve('v86/build/v86.wasm'));
    const printPanic = (offset: number, length: number): void => {
      // «panicked at <place>:», then a line with the reason.
      const text = Buffer.from(exports.memory.buffer, offset, length).toString();
      panic = text.trim().split('\n').at(1) ?? text.trim();
    };
    const env = { ...imports.env, console_log_from_wasm: printPanic };
    const { instance } = await wasm.instantiate<Exports>(code, core.imports({ ...imports, env }));
    setCompilation('optimized');
    const { exports } = instance;
    const mainLoop = (): number => {
      try {
        return exports.main_loop();
      } catch (error) {
        const isPanic = error instanceof wasm.RuntimeError;
        onFault(isPanic ? new GuestError(`the emulator has stopped: ${panic}`) : (error as Error));
        void emulator.stop();
        return 0;
      }
    };
    return { ...core.exports(exports), main_loop: mainLoop };
  };
  const emulator = new V86({ ...options, wasm_fn: instantiate });
  await new Promise<void>((resolve) => {
    emulator.add_listener('emulator-ready', () => resolve());
  });
  return { emulator, core };
}
