import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fnv1a } from '@cg/machine/guest-cases';
import { flippedPicture, type Picture } from '@cg/svga-device';
import { isSoak } from '@cg/vitest-config/seeds';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DISK_ROOT } from '../src/boot/initramfs.js';
import { defaultCacheFolder } from '../src/boot/guest-files.js';
import type { EmulatedGuest } from '../src/emulator/emulated-guest.js';
import { countObjects, growth } from '../src/gl/device-objects.js';
import { scene, startGlGuest, type GlGuestOptions } from '../src/gl/gl-guest.js';
import { makeRenderer, type NamedRenderer } from '../src/gl/renderers.js';
import { runProgram, type ProgramRun } from '../src/gl/run-program.js';
import { soakGuest } from './soak-guest.js';

const BOOT_MILLISECONDS = 900_000;
const SECONDS = 300;

/** The pictures of llvmpipe. */
const pictures = new URL('../../../traces/gltest/', import.meta.url);
const names = readdirSync(pictures).map((file) => file.replace('.png', ''));

/** A guest that is run only where `cg guest --gl` has made its disk: nothing is fetched. */
const isMade = existsSync(join(defaultCacheFolder(), 'debian-i386-mesa', 'packages.json'));
const why = [
  isSoak ? '' : 'npm run soak -- mesa runs it',
  isMade ? '' : 'cg guest --gl tri has not made its disk',
];
const reason = why.filter(Boolean).join('; ');

/** A pixel that rasterisers may see otherwise: on the edge of a triangle. */
const MOST_EDGE_PIXELS = 66;

/** llvmpipe mixes mips with a fraction of eight bits. */
const STEPS: Readonly<Record<string, number>> = { mipmap: 3 };

/** Pixels that differ from llvmpipe's by more than a step in a channel. */
function wrongPixels(name: string, picture: Picture | undefined): number {
  const { data, channels } = decode(readFileSync(new URL(`${name}.png`, pictures)));
  const { width, height, pixels } = picture ?? { width: 0, height: 0, pixels: new Uint8Array() };
  expect([width, height]).toEqual([256, 256]);
  let wrong = 0;
  for (let i = 0; i < width * height; i++) {
    const isOff = [0, 1, 2].some(
      (c) => Math.abs(pixels[4 * i + c] - data[channels * i + c]) > (STEPS[name] ?? 1),
    );
    wrong += isOff ? 1 : 0;
  }
  return wrong;
}

/** The hash of what the program has read, the lowest row first. */
function hashOf(picture: Picture): string {
  return fnv1a(new Uint8Array(flippedPicture(picture).pixels))
    .toString(16)
    .padStart(8, '0');
}

const CLEAN: Partial<ProgramRun> = {
  exitCode: 0,
  refused: 0,
  left: {},
  warnings: [],
  errors: [],
  leftOut: [],
};

/** So many frames that a program still draws when the test has seen it draw. */
const FRAMES = { FRAMES: '40' };

function optionsWith(renderer: NamedRenderer): GlGuestOptions {
  return { ...soakGuest, useStates: true, renderer };
}

/** @param devices gets each device that the renderer asks for */
async function webGpuRenderer(devices: GPUDevice[]) {
  try {
    const { globals } = (await import('webgpu')) as unknown as {
      globals: { GPUAdapter: { prototype: GPUAdapter } };
    };
    const { prototype } = globals.GPUAdapter;
    const { requestDevice } = prototype;
    vi.spyOn(prototype, 'requestDevice').mockImplementation(async function (this: GPUAdapter, descriptor) {
      const device = await requestDevice.call(this, descriptor);
      devices.push(device);
      return device;
    });
    return { renderer: await makeRenderer('webgpu'), why: '' };
  } catch (error) {
    return { renderer: undefined, why: (error as Error).message };
  }
}

/** Waits until the device has drawn so often. */
async function drawn({ device }: EmulatedGuest, draws: number): Promise<void> {
  while (device.statistics.draws < draws) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe.skipIf(reason !== '')(`Mesa in a real guest ${reason}`.trim(), () => {
  let guest: EmulatedGuest;

  let leftOut: () => ReadonlyMap<string, number>;

  beforeAll(async () => {
    const renderer = await makeRenderer('soft');
    ({ leftOut } = renderer);
    ({ guest } = await startGlGuest(optionsWith(renderer)));
  }, BOOT_MILLISECONDS);

  afterAll(async () => guest.end());

  it.each(names)(
    'draws %s as llvmpipe does, and leaves nothing behind',
    { timeout: 600_000 },
    async (name) => {
      const run = await runProgram(guest, scene(name), {
        coherent: false,
        seconds: SECONDS,
        takePicture: true,
        leftOut,
      });
      expect(run).toMatchObject(CLEAN);
      expect(wrongPixels(name, run.picture)).toBeLessThanOrEqual(MOST_EDGE_PIXELS);
    },
  );

  it.each(['tri', 'persist', 'cube'])(
    'draws %s the same with coherent memory, and the program reads that picture',
    { timeout: 600_000 },
    async (name) => {
      const explicit = await runProgram(guest, scene(name), {
        coherent: false,
        seconds: SECONDS,
        takePicture: true,
      });
      const coherent = await runProgram(guest, scene(name), {
        coherent: true,
        seconds: SECONDS,
        takePicture: true,
      });
      expect(coherent).toMatchObject(CLEAN);
      expect(coherent.picture).toEqual(explicit.picture);
      expect(explicit.pictureHash).toBe(hashOf(explicit.picture!));
      expect(coherent.pictureHash).toBe(explicit.pictureHash);
    },
  );

  it(
    'runs fifty programs, after which the device has what it had before',
    { timeout: 1_800_000 },
    async () => {
      const before = countObjects(guest.device.statistics.perCommand);
      const { errors } = guest.device.statistics;
      const one = `HOME=/tmp chroot ${DISK_ROOT} /tmp/gltest clear > /dev/null || exit 1`;
      await guest.shell.must(`(for i in $(seq 50); do ${one}; done)`);
      expect(growth(before, countObjects(guest.device.statistics.perCommand))).toEqual({});
      expect(guest.device.statistics.errors).toBe(errors);
    },
  );

  it('goes on after a program was killed while it drew', { timeout: 600_000 }, async () => {
    const before = countObjects(guest.device.statistics.perCommand);
    const { draws } = guest.device.statistics;
    const endless = `HOME=/tmp FRAMES=1000000 chroot ${DISK_ROOT} /tmp/gltest many > /dev/null`;
    await guest.shell.must(
      `(${endless} & echo $! > /tmp/pid; wait) & until [ -e /tmp/pid ]; do usleep 10000; done`,
    );
    await drawn(guest, draws + 200);
    await guest.shell.must('kill -9 $(pidof gltest); while pidof gltest; do usleep 10000; done');
    const run = await runProgram(guest, scene('tri'), {
      coherent: false,
      seconds: SECONDS,
      takePicture: true,
    });
    expect(run).toMatchObject({ ...CLEAN, left: expect.anything() as object });
    expect(wrongPixels('tri', run.picture)).toBeLessThanOrEqual(MOST_EDGE_PIXELS);
    expect(growth(before, countObjects(guest.device.statistics.perCommand))).toEqual({});
  });

  it('goes on after it was saved and restored while it drew', { timeout: 600_000 }, async () => {
    const options = { coherent: false, seconds: SECONDS, takePicture: true, environment: FRAMES };
    const undisturbed = await runProgram(guest, scene('many'), options);
    const { draws } = guest.device.statistics;
    const running = runProgram(guest, scene('many'), options);
    await drawn(guest, draws + 500);
    await guest.pause();
    await guest.restore(await guest.save());
    guest.run();
    const run = await running;
    expect(run).toMatchObject(CLEAN);
    expect(run.frames?.frames).toBe(Number(FRAMES.FRAMES));
    expect(run.picture).toEqual(undisturbed.picture);
  });
});

describe.skipIf(reason !== '')(`Mesa in a real guest on WebGPU ${reason}`.trim(), () => {
  it('goes on after the GPU was lost while it drew', { timeout: 1_200_000 }, async (test) => {
    const devices: GPUDevice[] = [];
    const { renderer, why: missing } = await webGpuRenderer(devices);
    if (renderer === undefined) {
      return test.skip(missing);
    }
    const { guest } = await startGlGuest(optionsWith(renderer));
    try {
      const { draws } = guest.device.statistics;
      const options = { coherent: false, seconds: SECONDS, takePicture: true };
      const running = runProgram(guest, scene('many'), { ...options, environment: FRAMES });
      await drawn(guest, draws + 500);
      devices.at(-1)!.destroy();
      expect(await running).toMatchObject(CLEAN);
      expect(devices.length).toBe(2);
      const run = await runProgram(guest, scene('cube'), options);
      expect(run).toMatchObject(CLEAN);
      expect(wrongPixels('cube', run.picture)).toBeLessThanOrEqual(MOST_EDGE_PIXELS);
    } finally {
      await guest.end();
    }
  });
});
