import { expect, it } from 'vitest';
import type { V86 } from 'v86';
import { AgentWire } from './agent-wire.js';

/** A serial port without a guest. */
class FakePort {
  #listener: (byte: number) => void = () => {};

  add_listener(_event: string, listener: (byte: number) => void): void {
    this.#listener = listener;
  }

  serial_send_bytes(): void {}

  reply(bytes: readonly number[]): void {
    [bytes.length, 0, 0, 0, ...bytes].forEach((byte) => this.#listener(byte));
  }
}

const TICK_MILLISECONDS = 2;

function wireOf(port: FakePort): AgentWire {
  return new AgentWire(port as unknown as V86, TICK_MILLISECONDS);
}

function blockThread(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    // As a device does that draws.
  }
}

it('an agent that does not reply in 120 ticks is missed', async () => {
  await expect(wireOf(new FakePort()).ask(Uint8Array.of(1))).rejects.toThrow('has not replied within 0.24 s');
});

it('time in which the device holds up the guest is not the agent’s', async () => {
  const port = new FakePort();
  const reply = wireOf(port).ask(Uint8Array.of(1));
  await Promise.resolve();
  blockThread(3 * 120 * TICK_MILLISECONDS);
  setTimeout(() => port.reply([5, 6]), 5 * TICK_MILLISECONDS);
  await expect(reply).resolves.toEqual(Uint8Array.of(5, 6));
});
