import { startDawn, type DawnFound, type DawnProcess } from '@cg/dawn';
import type { Binding, Translation } from '../../src/index.js';

/** The bits of GPUShaderStage. */
const VISIBILITY = { vertex: 1, pixel: 2, compute: 4 } as const;

export interface DawnMessage {
  readonly type: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly line: number;
}

export interface RenderRequest {
  readonly vertex: string;
  readonly pixel: string | undefined;
  readonly bindings: readonly object[];
  readonly targets: readonly { readonly format: string; readonly bytes: number }[];
  readonly topology: string;
  readonly vertices: number;
  readonly instances?: number;
  readonly size: readonly [number, number];
}

/** Dawn on what there is, and why there are not both of its backends. */
export function startShaders(): Promise<DawnFound> {
  return startDawn(new URL('dawn-process.mjs', import.meta.url));
}

/** The messages of the compiler for each module. */
export function compile(dawn: DawnProcess, codes: readonly string[]): Promise<readonly DawnMessage[][]> {
  return dawn.request('compile', { codes });
}

/** @returns the bytes of each target */
export function render(dawn: DawnProcess, request: RenderRequest): Promise<readonly Uint8Array[]> {
  return dawn.request('render', request);
}

/** The bindings of a pair of modules, each once and visible where it is used, with what to bind. */
export function withData<T extends object>(
  { vertex, pixel }: Pick<Translation, 'vertex' | 'pixel'>,
  dataOf: (binding: Binding) => T,
): object[] {
  const merged = new Map<string, Binding & { visibility: number }>();
  for (const [stage, bindings] of [
    ['vertex', vertex.bindings],
    ['pixel', pixel?.bindings ?? []],
  ] as const) {
    for (const binding of bindings) {
      const key = `${binding.group}.${binding.binding}`;
      const visibility = (merged.get(key)?.visibility ?? 0) | VISIBILITY[stage];
      merged.set(key, { ...binding, visibility });
    }
  }
  return [...merged.values()].map((binding) => ({ ...binding, data: dataOf(binding) }));
}

/** Runs entry points. @returns the bytes of the buffers `read`, named by group and binding */
export function compute(
  dawn: DawnProcess,
  request: {
    readonly code: string;
    readonly bindings: readonly object[];
    readonly passes: readonly { readonly entryPoint: string; readonly workgroups: readonly number[] }[];
    readonly read: readonly string[];
  },
): Promise<readonly Uint8Array[]> {
  return dawn.request('compute', request);
}

/** Makes a pipeline of each pair. @returns an error's text, or nothing, for each */
export function makePipelines(
  dawn: DawnProcess,
  pairs: readonly {
    readonly vertex: string;
    readonly pixel: string | undefined;
    readonly bindings: readonly object[];
    readonly targets: readonly (string | null)[];
    readonly topology: string;
  }[],
): Promise<readonly string[]> {
  return dawn.request('pipelines', { pairs });
}
