#!/usr/bin/env bash
# Block-compressed formats that a browser accepts as TEXTURE_3D in WebGL 2.
#
# Version: npm @sparticuz/chromium 153.0.0 (Chromium with ANGLE on SwiftShader).
# The texts of EXT_texture_compression_bptc (revision 6), EXT_texture_compression_rgtc and
# WEBGL_compressed_texture_s3tc name compressedTexImage2D and compressedTexSubImage2D alone.
#
# Expected before the run, from these texts:
#   1. no format of the three as TEXTURE_3D                   (wrong: BPTC works, that is BC6H and BC7)
#   2. none as TEXTURE_2D_ARRAY either                        (wrong: all of them work)
#   3. a call for one slice at a time, as the blocks are flat (wrong: one call takes several slices)
# Exits 0 while the browser behaves as described here, otherwise 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @sparticuz/chromium@153.0.0
cat > run.mjs << 'JS'
import { spawn } from 'node:child_process';
import chromium from '@sparticuz/chromium';

function ask() {
  const gl = document.createElement('canvas').getContext('webgl2');
  const families = {
    'S3TC (BC1)': ['WEBGL_compressed_texture_s3tc', 'COMPRESSED_RGBA_S3TC_DXT1_EXT', 8],
    'RGTC (BC5)': ['EXT_texture_compression_rgtc', 'COMPRESSED_RED_GREEN_RGTC2_EXT', 16],
    'BPTC (BC6H)': ['EXT_texture_compression_bptc', 'COMPRESSED_RGB_BPTC_SIGNED_FLOAT_EXT', 16],
    'BPTC (BC7)': ['EXT_texture_compression_bptc', 'COMPRESSED_RGBA_BPTC_UNORM_EXT', 16],
  };
  const names = { 0: 'ok', [gl.INVALID_OPERATION]: 'INVALID_OPERATION' };
  const error = () => names[gl.getError()] ?? 'another error';
  return Object.entries(families).map(([family, [extension, name, blockBytes]]) => {
    const format = gl.getExtension(extension)[name];
    const answers = ['TEXTURE_2D_ARRAY', 'TEXTURE_3D'].map((target) => {
      gl.bindTexture(gl[target], gl.createTexture());
      gl.texStorage3D(gl[target], 1, format, 8, 8, 3);
      const storage = error();
      if (storage !== 'ok') return `${target} ${storage}`;
      // Slices 1 and 2 in one call.
      const blocks = new Uint8Array(2 * 4 * blockBytes);
      gl.compressedTexSubImage3D(gl[target], 0, 0, 0, 1, 8, 8, 2, format, blocks);
      return `${target} ok, two slices in a call ${error()}`;
    });
    return `${family}: ${answers.join('; ')}`;
  });
}

const executable = await chromium.executablePath();
const browser = spawn(
  executable,
  [...chromium.args.filter((flag) => !/gl|gpu|single-process|zygote/.test(flag)), '--no-sandbox', '--headless',
    '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--remote-debugging-pipe', 'about:blank'],
  { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: process.cwd() } },
);
setTimeout(() => process.exit(3), 120_000).unref();
let text = '';
const waiting = new Map();
browser.stdio[4].setEncoding('utf8').on('data', (more) => {
  const messages = (text + more).split('\0');
  text = messages.pop();
  messages.map((message) => JSON.parse(message)).forEach(({ id, result }) => waiting.get(id)?.(result));
});
let id = 0;
const send = (method, params, session) =>
  new Promise((resolve) => {
    waiting.set(++id, resolve);
    browser.stdio[3].write(`${JSON.stringify({ id, method, params, ...session })}\0`);
  });
const { targetInfos } = await send('Target.getTargets', {});
const { targetId } = targetInfos.find(({ type }) => type === 'page');
const session = await send('Target.attachToTarget', { targetId, flatten: true });
const { product } = await send('Browser.getVersion', {});
const { result } = await send('Runtime.evaluate', { expression: `(${ask})()`, returnByValue: true }, session);
browser.kill('SIGKILL');
console.log(product);
console.log(result.value.join('\n'));
const works = 'ok, two slices in a call ok';
const wanted = [
  `S3TC (BC1): TEXTURE_2D_ARRAY ${works}; TEXTURE_3D INVALID_OPERATION`,
  `RGTC (BC5): TEXTURE_2D_ARRAY ${works}; TEXTURE_3D INVALID_OPERATION`,
  `BPTC (BC6H): TEXTURE_2D_ARRAY ${works}; TEXTURE_3D ${works}`,
  `BPTC (BC7): TEXTURE_2D_ARRAY ${works}; TEXTURE_3D ${works}`,
];
process.exit(JSON.stringify(result.value) === JSON.stringify(wanted) ? 0 : 1);
JS
node run.mjs
