import { expect, it, onTestFinished } from 'vitest';
import { EventStream } from './event-stream.js';

/** A part that emits numbers, and counts the events that it has made. */
function telling() {
  const events = new EventStream<number>();
  let made = 0;
  const tell = (value: number): void => events.tell?.((made++, value));
  return { events, tell, made: () => made };
}

it('makes no event without a listener, before and after', () => {
  const { events, tell, made } = telling();
  tell(1);
  expect([events.tell, made()]).toEqual([undefined, 0]);
  const stop = events.listen(() => {});
  tell(2);
  expect(made()).toBe(1);
  stop();
  tell(3);
  expect([events.tell, made()]).toEqual([undefined, 1]);
});

it('tells each listener of each event once, in order; the same function may listen twice', () => {
  const { events, tell } = telling();
  const heard: string[] = [];
  const a = (value: number): unknown => heard.push(`a${value}`);
  events.listen(a);
  const stopB = events.listen((value) => heard.push(`b${value}`));
  const stopSecondA = events.listen(a);
  tell(1);
  stopB();
  stopB();
  tell(2);
  stopSecondA();
  tell(3);
  expect(heard).toEqual(['a1', 'b1', 'a1', 'a2', 'a2', 'a3']);
});

it('a listener that stops, or has another one listen, during an event changes nothing about that event', () => {
  const { events, tell } = telling();
  const heard: string[] = [];
  const stop = events.listen((value) => {
    heard.push(`first ${value}`);
    stop();
    events.listen((later) => heard.push(`third ${later}`));
  });
  events.listen((value) => heard.push(`second ${value}`));
  tell(1);
  tell(2);
  expect(heard).toEqual(['first 1', 'second 1', 'second 2', 'third 2']);
});

it('an error of a listener reaches neither the emitter nor other listeners, and is not swallowed', async () => {
  const { events, tell } = telling();
  const rejected: unknown[] = [];
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (error) => rejected.push(error));
  onTestFinished(() => {
    process.removeAllListeners('unhandledRejection');
    others.forEach((other) => process.on('unhandledRejection', other));
  });
  const heard: number[] = [];
  events.listen(() => {
    throw new Error('listener');
  });
  events.listen((value) => heard.push(value));
  tell(1);
  tell(2);
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toEqual([1, 2]);
  expect(rejected.map(String)).toEqual(['Error: listener', 'Error: listener']);
});
