import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DeviceRecorder, playRecording } from '@cg/svga-device';
import { SoftRenderer } from '@cg/svga-soft';
import { isSoak } from '@cg/vitest-config/seeds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { X_DISK } from '../src/boot/disk-content.js';
import { defaultCacheFolder } from '../src/boot/guest-files.js';
import type { EmulatedGuest } from '../src/emulator/emulated-guest.js';
import { countObjects, growth } from '../src/gl/device-objects.js';
import { screenPrograms, xPrograms } from '../src/gl/disk-programs.js';
import { startGlGuest } from '../src/gl/gl-guest.js';
import { makeRenderer } from '../src/gl/renderers.js';
import { runProgram, type GuestCommand, type ProgramRun } from '../src/gl/run-program.js';
import { END_X, startX, X_ENVIRONMENT } from '../src/x/x-server.js';
import { soakGuest } from './soak-guest.js';

const MILLISECONDS = 3_600_000;
const SECONDS = 1800;

/** Programs run only where `cg guest --x` has made the disk: nothing is fetched. */
const isMade = existsSync(join(defaultCacheFolder(), 'debian-i386-x', 'packages.json'));
const why = [
  isSoak ? '' : 'npm run soak -- screen runs it',
  isMade ? '' : 'cg guest --x has not made its disk',
];
const reason = why.filter(Boolean).join('; ');

const CLEAN: Partial<ProgramRun> = { exitCode: 0, refused: 0, left: {}, warnings: [], errors: [] };

function command(name: string, frames: number | undefined, args: readonly string[] = []): GuestCommand {
  const onX = xPrograms.find((one) => one.name === name);
  const words = (onX ?? screenPrograms.find((one) => one.name === name))?.words ?? [];
  const environment = onX === undefined ? {} : X_ENVIRONMENT;
  return { name, words: [...words, ...args], hasMarks: false, flip: false, screen: { frames }, environment };
}

async function start(x: boolean, recorder?: DeviceRecorder): Promise<EmulatedGuest> {
  const { guest } = await startGlGuest({
    ...soakGuest,
    useStates: true,
    renderer: await makeRenderer('soft'),
    disk: X_DISK,
    x,
    recorder,
  });
  return guest;
}

const objectsOf = (guest: EmulatedGuest) => countObjects(guest.device.statistics.perCommand);

/** Runs a program. @returns the pixels that it showed, and those of a replay of the recording up to its mark */
async function replayed(guest: EmulatedGuest, recorder: DeviceRecorder, name: string) {
  const run = await runProgram(guest, command(name, 5), {
    coherent: false,
    seconds: SECONDS,
    onMark: (text) => recorder.mark(text),
  });
  expect(run).toMatchObject({ ...CLEAN, left: expect.anything() as object });
  expect(run.shown?.frames).toBeGreaterThanOrEqual(5);
  await guest.pause();
  await guest.device.settle();
  let isReached = false;
  const device = await playRecording(recorder.bytes(), {
    renderer: new SoftRenderer(),
    marked: (text) => (isReached = text === `screen ${name}`),
  });
  guest.run();
  await device.settle();
  expect(isReached).toBe(true);
  return { shown: run.picture?.pixels, pixels: device.screenTarget(device.screenTargetIds[0])?.pixels };
}

describe.skipIf(reason !== '')(`programs on the screen of a real guest ${reason}`.trim(), () => {
  let guest: EmulatedGuest;
  const recorder = new DeviceRecorder();

  beforeAll(async () => void (guest = await start(false, recorder)), MILLISECONDS);
  afterAll(async () => guest.end());

  it(
    'kmscube is replayed to the picture that it showed, and leaves nothing',
    { timeout: MILLISECONDS },
    async () => {
      const before = objectsOf(guest);
      const { shown, pixels } = await replayed(guest, recorder, 'kmscube');
      expect(pixels).toEqual(shown);
      expect(growth(before, objectsOf(guest))).toEqual({});
    },
  );

  it.each(['build', 'texture'])('glmark2 runs %s to its end', { timeout: MILLISECONDS }, async (scene) => {
    const brief = ['--off-screen', '-b', `${scene}:duration=0.1`];
    const run = await runProgram(guest, command('glmark2-es2', undefined, brief), {
      coherent: false,
      seconds: SECONDS,
    });
    expect(run).toMatchObject(CLEAN);
  });

  it('goes on where it was saved while kmscube drew', { timeout: MILLISECONDS }, async () => {
    const before = objectsOf(guest);
    let saved = false;
    const stop = guest.device.events.listen(({ kind }) => {
      if (kind === 'screen-updated' && !saved) {
        saved = true;
        void (async () => {
          await guest.pause();
          await guest.restore(await guest.save());
          guest.run();
        })();
      }
    });
    const run = await runProgram(guest, command('kmscube', 5), { coherent: false, seconds: SECONDS });
    stop();
    expect(run).toMatchObject(CLEAN);
    expect(saved).toBe(true);
    expect(growth(before, objectsOf(guest))).toEqual({});
  });
});

describe.skipIf(reason !== '')(`X in a real guest ${reason}`.trim(), () => {
  let guest: EmulatedGuest;
  const recorder = new DeviceRecorder();

  beforeAll(async () => void (guest = await start(true, recorder)), MILLISECONDS);
  afterAll(async () => guest.end());

  it('glxgears is replayed to the picture that it showed', { timeout: MILLISECONDS }, async () => {
    const { shown, pixels } = await replayed(guest, recorder, 'glxgears');
    expect(pixels).toEqual(shown);
  });

  it(
    'leaves nothing when a client was killed and the server has ended',
    { timeout: MILLISECONDS },
    async () => {
      expect(await guest.shell.run(END_X, { seconds: SECONDS })).toBe(0);
      const before = objectsOf(guest);
      const { errors } = guest.device.statistics;
      await startX(guest);
      await guest.shell.must(`pidof twm && kill -9 $(pidof twm)`);
      await runProgram(guest, command('glxgears', 3), { coherent: false, seconds: SECONDS });
      expect(await guest.shell.run(END_X, { seconds: SECONDS })).toBe(0);
      expect(growth(before, objectsOf(guest))).toEqual({});
      expect(guest.device.statistics.errors).toBe(errors);
    },
  );
});
