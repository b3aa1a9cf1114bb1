/**
 * Recordings on Dawn for the benchmark (`DawnProcess` of `@cg/dawn`). `open` takes a recording, the names of its programs
 * and the URLs of the packages; `play` and `repeat` answer with the nanoseconds of each program: of the renderer, and of
 * its calls of WebGPU from lists.
 */
import { requestAdapter, serve } from '@cg/dawn/serve';
import { prepared, takingDown } from './webgpu-calls.mjs';

let play;
let repeat;

async function open({ recording, programs, packages, side }) {
  const [{ playRecording }, { rendererDevice, WebGpuRenderer }] = await Promise.all(
    packages.map((url) => import(url)),
  );
  const adapter = await requestAdapter();
  const device = await adapter.requestDevice(rendererDevice(adapter));
  const done = () => device.queue.onSubmittedWorkDone();
  const ends = new Map(programs.map((name) => [`done ${name}`, name]));
  const starts = new Map(programs.map((name) => [`context ${name}`, name]));

  /** Plays all programs; `begins` and `ended` are told of those that count. */
  async function through(renderer, begins, ended) {
    renderer.reset();
    let left = programs.length;
    await playRecording(recording, {
      renderer,
      marked: async (mark, played) => {
        if (!starts.has(mark) && !ends.has(mark)) {
          return false;
        }
        await played.settle();
        await renderer.finish();
        await (starts.has(mark) ? begins(starts.get(mark)) : ended(ends.get(mark)));
        return ends.has(mark) && --left === 0;
      },
    });
  }

  if (side === 'ours') {
    const renderer = new WebGpuRenderer(device);
    play = async () => {
      const taken = new Map();
      let start = 0n;
      await through(
        renderer,
        () => (start = process.hrtime.bigint()),
        (name) => taken.set(name, Number(process.hrtime.bigint() - start)),
      );
      return programs.map((name) => taken.get(name));
    };
    await play();
    return;
  }
  const lists = new Map();
  const taking = takingDown(device);
  const renderer = new WebGpuRenderer(taking.device);
  // At first everything is made that is kept.
  await through(
    renderer,
    () => {},
    () => {},
  );
  await through(
    renderer,
    () => {
      taking.list.calls = [];
      taking.list.isOn = true;
    },
    (name) => {
      taking.list.isOn = false;
      lists.set(name, prepared(taking));
    },
  );
  repeat = async () => {
    const taken = [];
    for (const name of programs) {
      await done();
      const start = process.hrtime.bigint();
      const reads = await lists.get(name)();
      await done();
      taken.push(Number(process.hrtime.bigint() - start));
      if (reads.some(({ read, expected }) => Buffer.compare(read, expected) !== 0)) {
        throw new Error(`the calls of ${name} give another picture`);
      }
    }
    return taken;
  };
}

await serve({ open, play: () => play(), repeat: () => repeat() });
