/**
 * Dawn for the benchmark (`DawnProcess` of `@cg/dawn`). `load` takes pairs of modules with their bindings; `make` makes a
 * pipeline of each, from modules that Dawn has not seen, and answers with the nanoseconds that all of them took.
 */
import { requestAdapter, serve } from '@cg/dawn/serve';

let device;
let pairs = [];
let made = 0;

async function load(request) {
  const adapter = await requestAdapter();
  const requiredFeatures = ['clip-distances'].filter((feature) => adapter.features.has(feature));
  device = await adapter.requestDevice({ requiredFeatures });
  pairs = request.pairs;
}

function layoutOf(bindings) {
  const groups = Math.max(0, ...bindings.map(({ group }) => group + 1));
  const bindGroupLayouts = Array.from({ length: groups }, (_, group) =>
    device.createBindGroupLayout({
      entries: bindings
        .filter((binding) => binding.group === group)
        .map(({ binding, visibility, buffer, texture, sampler }) => ({
          binding,
          visibility,
          ...(buffer && { buffer }),
          ...(texture && { texture }),
          ...(sampler && { sampler }),
        })),
    }),
  );
  return device.createPipelineLayout({ bindGroupLayouts });
}

async function make() {
  let taken = 0n;
  for (const { vertex, pixel, bindings, targets } of pairs) {
    const layout = layoutOf(bindings);
    const unique = `\nconst made = ${made++};\n`;
    const [vertexModule, pixelModule] = [vertex, pixel].map((code) =>
      device.createShaderModule({ code: code + unique }),
    );
    const before = process.hrtime.bigint();
    await device.createRenderPipelineAsync({
      layout,
      vertex: { module: vertexModule },
      fragment: { module: pixelModule, targets },
    });
    taken += process.hrtime.bigint() - before;
  }
  return Number(taken);
}

await serve({ load, make });
