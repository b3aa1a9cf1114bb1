import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { decode } from 'fast-png';
import { afterAll, describe, expect, it } from 'vitest';
import { cg, tracesFolder } from './cg.js';

const folder = mkdtempSync(join(tmpdir(), 'cg-render-gpu-'));
const recording = join(tracesFolder, 'gltest.cgrec.gz');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The environment of a machine where the package webgpu is this code; without code there is none. */
function machine(name: string, code?: string): Record<string, string> {
  const hooks = join(folder, `${name}-hooks.mjs`);
  const start = join(folder, `${name}.mjs`);
  const stub = code === undefined ? undefined : `data:text/javascript,${encodeURIComponent(code)}`;
  writeFileSync(
    hooks,
    `export function resolve(specifier, context, next) {
      const stub = ${JSON.stringify(stub)};
      if (specifier !== 'webgpu') return next(specifier, context);
      return stub === undefined ? next('webgpu', { ...context, parentURL: 'file:///nowhere/' })
        : { url: stub, shortCircuit: true };
    }`,
  );
  writeFileSync(
    start,
    `import { register } from 'node:module'; register(${JSON.stringify(pathToFileURL(hooks).href)});`,
  );
  return { NODE_OPTIONS: `--import=${pathToFileURL(start).href}` };
}

const adapter = `{ info: { vendor: 'v', device: 'd' }, features: new Set(), limits: {},
  requestDevice: () => process.abort() }`;

describe('cg render --renderer webgpu', () => {
  it('writes the picture that soft draws, within a step a channel', ({ skip }) => {
    const [gpu, soft] = [join(folder, 'gpu.png'), join(folder, 'soft.png')];
    const args = ['render', recording, '--at', 'done tri'];
    const { code, out, err } = cg([...args, '--renderer', 'webgpu', '--png', gpu]);
    if (err.includes('finds no GPU')) {
      skip(err);
    }
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^\d+ commands, \d+ draws\n\d+ marks: context info … done tri\non [^\n]+\n$/);
    expect(cg([...args, '--png', soft]).code).toBe(0);
    const [a, b] = [gpu, soft].map((file) => decode(readFileSync(file)));
    expect(a.data.findIndex((value, i) => Math.abs(value - b.data[i]) > 1)).toBe(-1);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['no package', machine('absent'), /^cg: .*needs the package webgpu.*npm install webgpu$/],
    [
      'no driver',
      machine(
        'driverless',
        'export const globals = {}, create = () => ({ requestAdapter: async () => null });',
      ),
      /^cg: .*finds no GPU: install .*Vulkan driver/,
    ],
    [
      'a driver that crashes',
      machine(
        'crashing',
        `export const globals = {}, create = () => ({ requestAdapter: async () => (${adapter}) });`,
      ),
      /^cg: the driver of «v, d» failed: Dawn ended with SIGABRT$/,
    ],
  ])('%s is one line, and exit code 2', (_, environment, message) => {
    const { code, out, err } = cg(['render', recording, '--renderer', 'webgpu'], environment);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.trimEnd()).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('names the damage of a recording', ({ skip }) => {
    const path = join(folder, 'damaged');
    writeFileSync(path, gunzipSync(readFileSync(recording)).subarray(0, 5000));
    const { code, err } = cg(['render', path, '--renderer', 'webgpu']);
    if (err.includes('finds no GPU')) {
      skip(err);
    }
    expect(code).toBe(2);
    expect(err).toMatch(/^cg: .*damaged: recording at byte \d+ is cut off/);
  });
});
