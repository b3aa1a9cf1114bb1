import type { DawnProcess } from '@cg/dawn';
import type { StageName } from '../src/errors.js';
import {
  attributeRow,
  primitivesOf,
  type Binding,
  type PipelineKey,
  type Translation,
} from '../src/index.js';
import { compute, render, withData, type RenderRequest } from './dawn/dawn-shaders.js';

/** What a draw binds, in bytes. */
export interface DrawData {
  /** Vertices or indices of an instance. */
  readonly count: number;
  readonly instances?: number;
  readonly vertexBase?: number;
  readonly instanceBase?: number;
  /** Of each attribute of the key: the byte at which it begins, and its stride and step rate. */
  readonly attributes?: readonly {
    readonly offset: number;
    readonly stride: number;
    readonly stepRate?: number;
  }[];
  readonly vertexBuffers?: readonly Uint8Array[];
  readonly indices?: { readonly bytes: Uint8Array; readonly offset: number; readonly available: number };
  /** By stage and slot. */
  readonly constants?: Partial<Record<StageName, Readonly<Record<number, Uint32Array>>>>;
  /** Textures (as Dawn's process makes them), the words of texture buffers, samplers. */
  readonly views?: Partial<Record<StageName, Readonly<Record<number, object>>>>;
  readonly samplers?: Partial<Record<StageName, Readonly<Record<number, object>>>>;
  readonly layer?: number;
  readonly streams?: readonly {
    readonly bytes: number;
    readonly begin: number;
    readonly end: number;
    readonly stride: number;
  }[];
}

/** The words of the draw's constants. */
function drawConstants({ draw }: Translation, key: PipelineKey, data: DrawData): Uint32Array {
  const rows = new Uint32Array(4 * draw.rows);
  const { count, instances = 1, vertexBase = 0, instanceBase = 0, indices, layer = 0 } = data;
  rows.set([
    vertexBase,
    instanceBase,
    count,
    instances,
    indices?.offset ?? 0,
    indices?.available ?? 0,
    layer,
    0,
  ]);
  key.attributes?.forEach(({ format, buffer }, i) => {
    const size = data.vertexBuffers?.[buffer].byteLength ?? 0;
    rows.set(attributeRow(format, { size, ...data.attributes![i] }), 4 * draw.attributes[i]);
  });
  for (const { stage, slot, row } of draw.buffers) {
    const words = data.views?.[stage]?.[slot] as { offset: number; elements: number };
    rows.set([words.offset, words.elements], 4 * row);
  }
  data.streams?.forEach(({ begin, end, stride }, i) =>
    rows.set([begin, end, stride], 4 * (draw.streams! + i)),
  );
  return rows;
}

/** What to bind to a binding. */
function dataOf(translation: Translation, key: PipelineKey, data: DrawData): (binding: Binding) => object {
  return ({ resource, buffer }) => {
    switch (resource.kind) {
      case 'drawConstants':
        return drawConstants(translation, key, data);
      case 'vertexBuffer':
        return data.vertexBuffers![resource.slot];
      case 'indexBuffer':
        return data.indices!.bytes;
      case 'constants':
        return data.constants![resource.stage]![resource.slot];
      case 'view': {
        const view = data.views![resource.stage]![resource.slot];
        return buffer === undefined ? view : (view as { words: Uint32Array }).words;
      }
      case 'sampler':
        return {
          ...data.samplers?.[resource.stage]?.[resource.slot],
          ...(resource.type === 'unlimited' && { lodMinClamp: 0, lodMaxClamp: 32 }),
        };
      case 'streamBuffer':
        return new Uint8Array(data.streams![resource.slot].bytes).fill(0xcc);
      case 'streamCounters':
        return new Uint32Array(4);
      case 'primitiveCounts':
        return new Uint32Array(Math.max(4, primitivesOf(key.topology, data.count) * (data.instances ?? 1)));
    }
  };
}

/** Draws with a translation. @returns the bytes of each target */
export function draw(
  dawn: DawnProcess,
  translation: Translation,
  key: PipelineKey,
  data: DrawData,
  { targets, size }: Pick<RenderRequest, 'targets' | 'size'>,
): Promise<readonly Uint8Array[]> {
  const topologies: Record<string, string> = {
    POINTLIST: 'point-list',
    LINELIST: 'line-list',
    LINESTRIP: 'line-strip',
    TRIANGLELIST: 'triangle-list',
    TRIANGLESTRIP: 'triangle-strip',
  };
  const { geometry } = translation;
  return render(dawn, {
    vertex: translation.vertex.code,
    pixel: translation.pixel?.code,
    bindings: withData(translation, dataOf(translation, key, data)),
    targets,
    topology: geometry?.topology ?? topologies[key.topology],
    vertices:
      geometry === undefined
        ? data.count
        : primitivesOf(key.topology, data.count) * geometry.verticesPerPrimitive,
    instances: data.instances ?? 1,
    size,
  });
}

/** Runs the stream output of a translation. @returns the counters and the buffers */
export async function stream(
  dawn: DawnProcess,
  translation: Translation,
  key: PipelineKey,
  data: DrawData,
): Promise<{ readonly counters: Uint32Array; readonly buffers: readonly Uint32Array[] }> {
  const { code, bindings, passes } = translation.streamOutput!;
  const of = dataOf(translation, key, data);
  const runs = primitivesOf(key.topology, data.count) * (data.instances ?? 1);
  const kinds = bindings.filter(
    ({ resource: { kind } }) => kind === 'streamCounters' || kind === 'streamBuffer',
  );
  const bytes = await compute(dawn, {
    code,
    bindings: bindings.map((binding) => ({ ...binding, visibility: 4, data: of(binding) })),
    passes: passes.map(({ entryPoint, invocations }) => ({
      entryPoint,
      workgroups: [invocations === 1 ? 1 : Math.max(1, Math.ceil(runs / 64)), 1, 1],
    })),
    read: kinds.map(({ group, binding }) => `${group}.${binding}`),
  });
  const words = bytes.map((one) => new Uint32Array(one.slice().buffer));
  const counters = words[kinds.findIndex(({ resource: { kind } }) => kind === 'streamCounters')];
  const buffers: Uint32Array[] = [];
  kinds.forEach(({ resource }, i) => {
    if (resource.kind === 'streamBuffer') {
      buffers[resource.slot] = words[i];
    }
  });
  return { counters, buffers };
}
