import { afterEach, describe, expect, it } from 'vitest';
import type { V86 } from 'v86';
import type { CoreImage, EmulatorCore, StoredCore } from './emulator-core.js';
import { makeGuardedEmulator } from './guarded-emulator.js';
import { findPageRuns, PAGE_BYTES } from './page-runs.js';

const MIB = 2 ** 20;
const COUNTER = 0x500;
const MILLISECONDS = 120_000;

/** A BIOS of 64 KiB that counts the 32-bit number at COUNTER up, for ever. */
function countingBios(): Uint8Array<ArrayBuffer> {
  const bios = new Uint8Array(2 ** 16);
  // xor ax, ax; mov ds, ax; 1: inc dword [COUNTER]; jmp 1b
  bios.set([0x31, 0xc0, 0x8e, 0xd8, 0x66, 0xff, 0x06, COUNTER & 0xff, COUNTER >> 8, 0xeb, 0xf9]);
  // The reset vector: jmp f000:0000
  bios.set([0xea, 0x00, 0x00, 0x00, 0xf0], 0xfff0);
  return bios;
}

interface Machine {
  readonly emulator: V86;
  readonly core: EmulatorCore;
}

const machines: Machine[] = [];

async function makeMachine(memoryMib = 4): Promise<Machine> {
  const machine = await makeGuardedEmulator(
    {
      memory_size: memoryMib * MIB,
      vga_memory_size: 2 * MIB,
      bios: { buffer: countingBios().buffer },
      vga_bios: { buffer: new ArrayBuffer(PAGE_BYTES) },
      // Without a disk v86 cannot restore its own states, as long as no BIOS has set up PCI.
      hda: { buffer: new ArrayBuffer(MIB) },
      disable_speaker: true,
      autostart: false,
      log_level: 0,
    },
    (error) => {
      throw error;
    },
  );
  machine.core.keepsCode = true;
  machines.push(machine);
  return machine;
}

afterEach(async () => {
  for (const { emulator, core } of machines.splice(0)) {
    core.end();
    await emulator.stop();
    await emulator.destroy();
  }
});

/** The guest's memory in an image. */
function ramOf({ memory, places }: CoreImage): Uint8Array {
  return memory.subarray(places.ram, places.ram + places.ramBytes);
}

function counterOf(image: CoreImage): number {
  const ram = ramOf(image);
  return new DataView(ram.buffer, ram.byteOffset).getUint32(COUNTER, true);
}

/** Runs until the condition holds of the image, and stops. */
async function runUntil(
  { emulator, core }: Machine,
  isDone: (image: CoreImage) => boolean,
): Promise<CoreImage> {
  await emulator.run();
  while (!isDone(await core.image())) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const stopped = new Promise<void>((resolve) => emulator.add_listener('emulator-stopped', () => resolve()));
  await emulator.stop();
  await stopped;
  return core.image();
}

/** A copy, as a file has it. */
function stored({ memory, places, code }: CoreImage): StoredCore {
  const runs = findPageRuns(memory);
  const pages = runs.map(([page, count]) => memory.slice(page * PAGE_BYTES, (page + count) * PAGE_BYTES));
  return {
    places,
    code: new Map(code),
    memoryBytes: memory.length,
    runs,
    readInto: (into) => runs.forEach(([page], i) => into.set(pages[i], page * PAGE_BYTES)),
  };
}

describe('the core of an emulator', () => {
  it('continues in another one, with the code that was generated', { timeout: MILLISECONDS }, async () => {
    const first = await makeMachine();
    const image = await runUntil(first, ({ code }) => code.size > 0);
    const high = 3 * MIB + 5;
    ramOf(image)[high] = 7;
    const counted = counterOf(image);
    const state = await first.core.withoutContent(async () => first.emulator.save_state());
    const kept = stored(await first.core.image());

    const second = await makeMachine();
    const [before] = [await second.core.image()];
    ramOf(before)[0x6000] = 9;
    await second.core.load(kept);
    await second.core.withoutContent(async () => second.emulator.restore_state(state));
    const loaded = await second.core.image();
    expect([counterOf(loaded), ramOf(loaded)[high], ramOf(loaded)[0x6000]]).toEqual([counted, 7, 0]);
    const after = await runUntil(second, (now) => counterOf(now) > counted + 5_000_000);
    // None was generated again, which would be another array of the same bytes.
    expect([...after.code].every(([index, module]) => kept.code.get(index) === module)).toBe(true);
  });

  it('does not load what is of another machine', { timeout: MILLISECONDS }, async () => {
    const kept = stored(await (await makeMachine()).core.image());
    await expect((await makeMachine(8)).core.load(kept)).rejects.toThrow('arranged otherwise');
  });
});
