import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Contender, Pass } from '../contender.js';
import { BenchError } from '../errors.js';
import { rivalsFolder } from '../places.js';
import type { Row, Side, Skipped } from '../row.js';
import type { RowSettings } from './settings.js';

const NANOSECONDS_PER_MS = 1e6;
/** Programs of the recording: 6 draws with much between them, and 1500 that differ in a constant. */
const PROGRAMS = ['cube', 'many'];

/** rivals/dawn-rival.mjs. */
interface DawnRival {
  startReplays(): Promise<DawnReplays | string>;
}

/** rivals/webgpu-replays.mjs. */
interface DawnReplays {
  request<Answer>(name: 'open' | 'play' | 'repeat', request: object): Promise<Answer>;
  kill(): void;
}

/** Recorded draws on the device and its WebGPU renderer, against what the renderer calls of WebGPU for them. */
export function rowsOf(settings: RowSettings): Row[] {
  return [
    {
      section: 'Replay of draws',
      name: 'replay of draws',
      unit: 'ms',
      ours: 'WebGpuRenderer',
      rival: 'its calls of WebGPU, from a list',
      figures: PROGRAMS.map((name, part) => ({ name: `replay of draws, ${name}`, parts: [part] })),
      open: (side) => replaying(side, settings),
    },
  ];
}

async function replaying(side: Side, { tracesFolder }: RowSettings): Promise<Contender | Skipped> {
  const rival = (await import(pathToFileURL(join(rivalsFolder, 'dawn-rival.mjs')).href)) as DawnRival;
  const dawn = await rival.startReplays();
  if (typeof dawn === 'string') {
    return { skipped: `no driver for Dawn: ${dawn}` };
  }
  const packages = [import.meta.resolve('@cg/svga-device'), import.meta.resolve('@cg/svga-webgpu')];
  const recording = gunzipSync(readFileSync(join(tracesFolder, 'gltest.cgrec.gz')));
  await dawn.request('open', { recording, programs: PROGRAMS, packages, side });
  const step = async (): Promise<number[]> => {
    try {
      return await dawn.request<number[]>(side === 'ours' ? 'play' : 'repeat', {});
    } catch (error) {
      throw new BenchError('EBADMSG', (error as Error).message, 'replay of draws');
    }
  };
  const pass: Pass = { step, end() {} };
  return { steps: 1, per: NANOSECONDS_PER_MS, begin: () => pass, close: () => dawn.kill() };
}
