import { encodeCommand, SVGA_FIFO, SVGA_GMR, SVGA_REG } from '@cg/svga-protocol';
import { seededDraw } from '@cg/svga-protocol/random-commands';
import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { describe, expect, it } from 'vitest';
import { TestGuest, noise } from '../../test/guest.js';
import { DrawingGuest } from '../contract/drawing-guest.js';
import { LateDraws } from '../contract/late-draws.js';
import { ReferenceDraws } from '../contract/reference-draws.js';
import type { SvgaDevice } from '../device.js';
import { SvgaDeviceError } from '../errors.js';
import { DeviceRecorder } from './device-recorder.js';
import { playRecording } from './play-recording.js';

const TEXTURES = [1, 2, 3];

/** A life of a guest that draws, recorded, and its device. */
async function recorded(seed: number, steps = 40): Promise<{ guest: DrawingGuest; bytes: Uint8Array }> {
  const recorder = new DeviceRecorder();
  const guest = new DrawingGuest(new LateDraws(seed), seed % 3, recorder);
  const draw = seededDraw(seed);
  await guest.prepare(true);
  for (let i = 0; i < steps; i++) {
    await (draw(2) === 0 ? guest.step(draw) : guest.drawStep(draw));
    recorder.mark(`step ${i}`);
  }
  const snapshot = await guest.look((device) => device.snapshot());
  guest.device.restore(snapshot);
  await guest.drawStep(draw);
  for (const shaderResourceViewId of TEXTURES) {
    // Nothing is pending: the device has read all content that is compared.
    await guest.must('DX_GENMIPS', { shaderResourceViewId });
  }
  return { guest, bytes: recorder.bytes() };
}

function imagesOf(device: SvgaDevice): unknown[] {
  return [...TEXTURES.map((id) => device.surfaceImage(id)), device.screenTarget(0)?.pixels];
}

describe('a recording', () => {
  it(
    'is replayed without the guest: surfaces and screen are as they were, with a late renderer as with another',
    async () => {
      for (const seed of seeds(8)) {
        const { guest, bytes } = await recorded(seed);
        const marks: string[] = [];
        const device = await playRecording(bytes, {
          renderer: new ReferenceDraws(),
          marked: (text) => void marks.push(text),
        });
        const expected = await guest.look(imagesOf);
        expect(JSON.stringify(imagesOf(device)) === JSON.stringify(expected), `seed ${seed}`).toBe(true);
        expect(device.statistics.perCommand).toEqual(guest.device.statistics.perCommand);
        expect(marks).toHaveLength(40);
      }
    },
    seedsTimeout,
  );

  it('ends at a mark, if the caller says so', async () => {
    const { bytes } = await recorded(1, 5);
    const device = await playRecording(bytes, { marked: (text) => text === 'step 2' });
    const all = await playRecording(bytes);
    expect(device.statistics.commands).toBeLessThan(all.statistics.commands);
  });

  it('holds commands of the ring, and what surfaces take from VRAM', async () => {
    const recorder = new DeviceRecorder();
    const guest = new TestGuest({ vramBytes: 4096 }, 64, undefined, recorder).start();
    guest.defineSurface({ width: 4, height: 4 }, 64);
    guest.device.vram.set(noise(64));
    const box = { x: 0, y: 0, z: 0, w: 4, h: 4, d: 1, srcx: 0, srcy: 0, srcz: 0 };
    const pointer = { guestGmrId: SVGA_GMR.FRAMEBUFFER, guestOffset: 0, guestPitch: 16 };
    const image = { hostSid: 1, hostFace: 0, hostMipmap: 0, transfer: 1 };
    guest.must('SURFACE_DMA', { ...pointer, ...image, boxes: [box], suffix: [] });
    const { fifo } = guest.device;
    const commands = encodeCommand('FENCE', { fence: 77 });
    [fifo[SVGA_FIFO.MIN], fifo[SVGA_FIFO.MAX]] = [2048, fifo.byteLength];
    new Uint8Array(fifo.buffer).set(commands, 4096);
    [fifo[SVGA_FIFO.NEXT_CMD], fifo[SVGA_FIFO.STOP]] = [4096 + commands.length, 4096];
    guest.writeRegister(SVGA_REG.SYNC, 1);
    expect(fifo[SVGA_FIFO.FENCE]).toBe(77);
    const device = await playRecording(recorder.bytes());
    expect(device.image(1, 0)).toEqual(noise(64));
    expect(device.statistics.perCommand).toEqual(guest.device.statistics.perCommand);
  });

  it('is bounded: it ends where it is full', async () => {
    const recorder = new DeviceRecorder({ maxBytes: 1000 });
    const guest = new DrawingGuest(undefined, 0, recorder);
    await guest.prepare(false);
    expect(recorder.isFull).toBe(true);
    const bytes = recorder.bytes();
    expect(bytes.length).toBeLessThan(10_000);
    const device = await playRecording(bytes);
    expect(device.statistics.commands).toBeLessThan(guest.device.statistics.commands);
  });
});

describe('a damaged recording', () => {
  it.each([
    ['nothing', () => new Uint8Array(0)],
    ['other bytes', () => noise(64)],
    ['another version', (bytes: Uint8Array) => bytes.slice().fill(9, 4, 5)],
    ['one cut off', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 1)],
    ['one with bytes behind its end', (bytes: Uint8Array) => Uint8Array.of(...bytes, 0)],
  ])('of %s is refused in one line', async (_, damage) => {
    const { bytes } = await recorded(1, 2);
    const error: unknown = await playRecording(damage(bytes)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'EBADMSG' });
    expect((error as Error).message).toMatch(/^recording[^\n]*$/);
  });

  it(
    'anywhere is refused, or plays as something else',
    async () => {
      const { bytes } = await recorded(2, 4);
      let refused = 0;
      for (const seed of seeds(60)) {
        const draw = seededDraw(seed);
        const damaged = bytes.slice();
        for (let i = 1 + draw(3); i > 0; i--) {
          damaged[draw(damaged.length)] = draw(256);
        }
        try {
          await playRecording(damaged, { renderer: new ReferenceDraws() });
        } catch (error) {
          expect(error).toBeInstanceOf(SvgaDeviceError);
          refused++;
        }
      }
      expect(refused).toBeGreaterThan(0);
    },
    seedsTimeout,
  );
});
