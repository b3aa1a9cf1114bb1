import { V86Error } from '../errors.js';

/** The part of a `V86` that a screen uses. */
export interface EmulatorControls {
  is_running(): boolean;
  run(): Promise<void> | void;
  stop(): Promise<void> | void;
  save_state(): Promise<ArrayBuffer>;
  restore_state(state: ArrayBuffer): Promise<void>;
  add_listener(event: string, listener: (value: never) => void): void;
  remove_listener(event: string, listener: (value: never) => void): void;
  mouse_set_enabled?(isEnabled: boolean): void;
  /** Not in v86's types. */
  readonly bus?: { send(name: string, value: unknown): void };
  /** Not in v86's types either. */
  readonly v86?: { readonly cpu?: { readonly devices?: MouseDevices } };
}

/** The guest's mice. VMware's is absolute: a packet of the PS/2 one tells the guest to take places from it. */
interface MouseDevices {
  readonly vmware?: { readonly queue?: { readonly length: number } };
  readonly ps2?: { readonly mouse_buffer?: { readonly length: number } };
}

/** Whether places wait for a guest that has read the packet which told it, or has lost it. */
export function hasUntakenPlaces({ v86 }: EmulatorControls): boolean {
  const { vmware, ps2 } = v86?.cpu?.devices ?? {};
  return (vmware?.queue?.length ?? 0) > 0 && ps2?.mouse_buffer?.length === 0;
}

/** @throws V86Error ENODEV for an object that lacks one of these */
export function controlsOf(emulator: object): EmulatorControls {
  const controls = emulator as Partial<EmulatorControls>;
  const { is_running, run, stop, save_state, restore_state, add_listener, remove_listener } = controls;
  const needed = [is_running, run, stop, save_state, restore_state, add_listener, remove_listener];
  if (needed.some((part) => typeof part !== 'function')) {
    throw new V86Error('ENODEV', 'this version of v86 is not supported');
  }
  return controls as EmulatorControls;
}

/** Does work while the emulator does not run. */
export async function whileStopped<T>(emulator: EmulatorControls, work: () => Promise<T>): Promise<T> {
  const wasRunning = emulator.is_running();
  if (wasRunning) {
    await stopped(emulator);
  }
  try {
    return await work();
  } finally {
    if (wasRunning) {
      await emulator.run();
    }
  }
}

async function stopped(emulator: EmulatorControls): Promise<void> {
  const end = new Promise<void>((resolve) => {
    const hear = (): void => {
      emulator.remove_listener('emulator-stopped', hear);
      resolve();
    };
    emulator.add_listener('emulator-stopped', hear);
  });
  await emulator.stop();
  await end;
}
