/**
 * Recordings on Dawn for the benchmark (`DawnProcess` of `@cg/dawn`). `open` takes a recording, the names of its programs
 * and the URLs of the packages; `play` and `repeat` answer with the nanoseconds of each program: of the renderer, and of
 * its calls of WebGPU from lists.
 */
import { requestAdapter, serve } from '@cg/dawn/serve';
import { CallList } from './webgpu-calls.mjs';

let play;
let repeat;

/** Plays the programs; `begins` and `ended` are told of each. */
async function through({ recording, programs, playRecording }, renderer, begins, ended) {
  const marks = new Map(
    programs.flatMap((name) => [
      [`context ${name}`, begins],
      [`done ${name}`, ended],
    ]),
  );
  let left = marks.size;
  renderer.reset();
  await playRecording(recording, {
    renderer,
    marked: async (mark, played) => {
      const told = marks.get(mark);
      if (told === undefined) {
        return false;
      }
      await played.settle();
      await renderer.finish();
      told(mark.slice(mark.indexOf(' ') + 1));
      return --left === 0;
    },
  });
}

async function playing(what, renderer) {
  const taken = new Map();
  let start = 0n;
  await through(
    what,
    renderer,
    () => (start = process.hrtime.bigint()),
    (name) => taken.set(name, Number(process.hrtime.bigint() - start)),
  );
  return what.programs.map((name) => taken.get(name));
}

async function listsOf(what, device, WebGpuRenderer) {
  const lists = new Map();
  const calls = new CallList();
  const renderer = new WebGpuRenderer(calls.wrap(device));
  // At first everything is made that is kept.
  await playing(what, renderer);
  await through(
    what,
    renderer,
    () => (calls.isOn = true),
    (name) => {
      calls.isOn = false;
      lists.set(name, calls.prepared());
    },
  );
  return lists;
}

async function repeating({ programs }, lists, device) {
  const taken = [];
  for (const name of programs) {
    await device.queue.onSubmittedWorkDone();
    const start = process.hrtime.bigint();
    const reads = await lists.get(name)();
    await device.queue.onSubmittedWorkDone();
    taken.push(Number(process.hrtime.bigint() - start));
    if (reads.some(({ read, expected }) => Buffer.compare(read, expected) !== 0)) {
      throw new Error(`the calls of ${name} give another picture`);
    }
  }
  return taken;
}

async function open({ packages, side, ...request }) {
  const [{ playRecording }, { rendererDevice, WebGpuRenderer }] = await Promise.all(
    packages.map((url) => import(url)),
  );
  const what = { ...request, playRecording };
  const adapter = await requestAdapter();
  const device = await adapter.requestDevice(rendererDevice(adapter));
  if (side === 'ours') {
    const renderer = new WebGpuRenderer(device);
    play = () => playing(what, renderer);
    await play();
  } else {
    const lists = await listsOf(what, device, WebGpuRenderer);
    repeat = () => repeating(what, lists, device);
  }
}

await serve({ open, play: () => play(), repeat: () => repeat() });
