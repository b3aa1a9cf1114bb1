/**
 * The other side of `DawnProcess`: a program that calls `serve` runs Dawn for it. The first argument is what `create` of
 * npm `webgpu` is told.
 */

let gpu;

/** A new adapter. Dawn's own object outlives it: it does not keep it. */
export async function requestAdapter() {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  gpu ??= create(process.argv.slice(2));
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
  process.on('message', ({ id, name, request }) => {
    last = last.then(async () => {
      try {
        process.send({ id, answer: await handlers[name](request) });
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
    const name = [vendor, device, description].filter(Boolean).join(', ');
    process.send({ adapter: { name, features: [...adapter.features], limits } });
  } catch (error) {
    process.send({ unavailable: error.message });
  }
}
