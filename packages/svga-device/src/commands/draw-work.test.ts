import { describe, expect, it } from 'vitest';
import { ReadyGuest } from '../../test/ready-guest.js';
import { RecordingDraws } from '../../test/recording-renderer.js';
import type { DrawCall, DrawWork, PipelineState, RenderQuery } from '../index.js';

/** Charges for each draw, before it or when its answer comes. */
class ChargingDraws extends RecordingDraws {
  answers: (() => void)[] = [];
  allowed: boolean[] = [];

  constructor(
    readonly units: number,
    readonly isLate: boolean,
  ) {
    super();
  }

  override draw(
    state: PipelineState,
    call: DrawCall,
    queries?: readonly RenderQuery[],
    work?: DrawWork,
  ): undefined {
    super.draw(state, call, queries);
    const charge = (): void => void this.allowed.push(work?.charge(this.units) === true);
    if (!this.isLate) {
      charge();
      return undefined;
    }
    const answer = new Promise<void>((come) => {
      this.answers.push(() => {
        charge();
        come();
      });
    });
    return answer as unknown as undefined;
  }
}

const vertices = { vertexCount: 3, startVertexLocation: 0 };

describe('a draw costs what the renderer says', () => {
  it('which is charged to the buffer', () => {
    const guest = new ReadyGuest(new ChargingDraws(12_345, false));
    const before = guest.device.statistics.work;
    guest.must('DX_DRAW', vertices);
    const with12345 = guest.device.statistics.work - before;
    const plain = new ReadyGuest(new ChargingDraws(0, false));
    const start = plain.device.statistics.work;
    plain.must('DX_DRAW', vertices);
    expect(with12345 - (plain.device.statistics.work - start)).toBe(12_345);
  });

  it('and ends the buffer with E2BIG where that is more than is left', () => {
    const guest = new ReadyGuest(new ChargingDraws(2 ** 28, false));
    expect(guest.run('DX_DRAW', vertices).status).toBe(3);
    expect(guest.device.lastError).toMatchObject({ code: 'E2BIG' });
    expect((guest.renderer as ChargingDraws).allowed).toEqual([false]);
  });

  it('also when it is known only with the answer', async () => {
    for (const [units, error] of [
      [1000, undefined],
      [2 ** 28, { code: 'E2BIG' }],
    ] as const) {
      const renderer = new ChargingDraws(units, true);
      const guest = new ReadyGuest(renderer);
      guest.run('DX_DRAW', vertices);
      expect(guest.device.isWaiting).toBe(true);
      renderer.answers[0]();
      await guest.device.settle();
      expect(guest.device.isWaiting).toBe(false);
      if (error === undefined) {
        expect(guest.device.lastError).toBe(undefined);
      } else {
        expect(guest.device.lastError).toMatchObject(error);
      }
    }
  });
});
