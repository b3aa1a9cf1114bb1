/**
 * The other side of `DawnProcess`: a program that calls `serve` runs Dawn for it. The first argument is what `create` of
 * npm `webgpu` is told.
 */

import process from 'node:process';
import { pack, unpack } from './messages.js';

let gpu;

/** Of npm `webgpu`, or of a runtime that has WebGPU itself. */
async function ownGpu() {
  if (globalThis.navigator?.gpu !== undefined) {
    return navigator.gpu;
  }
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  return create(process.argv.slice(2));
}

/** A new adapter. Dawn's own object outlives it: it does not keep it. */
export async function requestAdapter() {
  gpu ??= await ownGpu();
  const adapter = await gpu.requestAdapter();
  if (adapter === null) {
    throw new Error('Dawn finds no adapter');
  }
  return adapter;
}

/**
 * Says what adapter there is and answers requests, one after another: { id, name, request } with { id, answer }, what the
 * handler of that name makes of the request, or { id, error }.
 */
export async function serve(handlers) {
  let last = Promise.resolve();
  process.on('message', (message) => {
    const { id, name, request } = unpack(message);
    last = last.then(async () => {
      try {
        process.send(pack({ id, answer: await handlers[name](request) }));
      } catch (error) {
        process.send({ id, error: error.message });
      }
    });
  });
  try {
    const adapter = await requestAdapter();
    const { vendor, device, description } = adapter.info;
    const limits = {};
    for (const limit in adapter.limits) {
      if (typeof adapter.limits[limit] === 'number') {
        limits[limit] = adapter.limits[limit];
      }
    }
    const runtime = globalThis.Deno === undefined ? [] : [`wgpu of Deno ${Deno.version.deno}`];
    const name = [...runtime, vendor, device, description].filter(Boolean).join(', ');
    process.send({ adapter: { name, features: [...adapter.features], limits } });
  } catch (error) {
    process.send({ unavailable: error.message });
  }
}
