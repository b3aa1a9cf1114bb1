import { playRecording } from '@cg/svga-device';
import type { DrawingRenderer, PipelineState, RendererCaps, ShaderStage, SvgaEvent } from '@cg/svga-device';
import { isSameCode, type BoundShader } from './bound-shaders.js';

/** SVGA3dShaderType. */
const TYPE = { VERTEX: 1, PIXEL: 2, GEOMETRY: 3 } as const;

const caps: RendererCaps = {
  maxTextureSize: 8192,
  maxVolumeSize: 2048,
  maxLayers: 2048,
  multisample4: true,
  format: () => ({ sample: true, color: true, blend: true, depth: true, vertex: true, multisample: true }),
};

/** Draws nothing, and looks at the shaders of draws: their code is what their MOB holds at the first one. */
class ShaderReader implements DrawingRenderer {
  readonly caps = caps;
  /** In the order of their first draws; a shader that is bound again with the same code is there once. */
  readonly shaders: BoundShader[] = [];
  readonly #defined = new Map<string, { readonly type: number; readonly bytes: number }>();
  readonly #bound = new Map<string, BoundShader>();
  readonly #last = new Map<string, BoundShader>();
  /** What contexts draw with, by context and type. */
  readonly #set = new Map<string, number>();
  #context = 0;

  hear(event: SvgaEvent): void {
    if (event.kind !== 'command-starts') {
      return;
    }
    const { reader, dxContextId = 0 } = event;
    this.#context = dxContextId;
    switch (reader.name) {
      case 'DX_DEFINE_SHADER': {
        const { shaderId, type, sizeInBytes } = reader.fields('DX_DEFINE_SHADER');
        this.#defined.set(`${dxContextId} ${shaderId}`, { type, bytes: sizeInBytes });
        break;
      }
      case 'DX_BIND_SHADER': {
        const { cid, shid } = reader.fields('DX_BIND_SHADER');
        const defined = this.#defined.get(`${cid} ${shid}`);
        if (defined !== undefined) {
          this.#bound.set(`${cid} ${shid}`, { context: cid, id: shid, ...defined, words: undefined });
        }
        break;
      }
      case 'DX_SET_SHADER': {
        const { shaderId, type } = reader.fields('DX_SET_SHADER');
        this.#set.set(`${dxContextId} ${type}`, shaderId);
      }
    }
  }

  draw({ vertex, geometry, pixel }: PipelineState): undefined {
    this.#take(TYPE.VERTEX, vertex);
    this.#take(TYPE.GEOMETRY, geometry);
    this.#take(TYPE.PIXEL, pixel);
  }

  #take(type: number, stage: ShaderStage | undefined): void {
    const key = `${this.#context} ${this.#set.get(`${this.#context} ${type}`)}`;
    const bound = this.#bound.get(key);
    if (bound === undefined || stage === undefined) {
      return;
    }
    this.#bound.delete(key);
    const shader = { ...bound, words: stage.shader.tokens };
    const before = this.#last.get(key);
    if (before === undefined || !isSameCode(before, shader)) {
      this.#last.set(key, shader);
      this.shaders.push(shader);
    }
  }

  /** Shaders that no draw has used. */
  get unused(): BoundShader[] {
    return [...this.#bound].filter(([key]) => !this.#last.has(key)).map(([, shader]) => shader);
  }

  beginQuery(): void {}

  endQuery(): undefined {}

  clear(): false {
    return false;
  }

  copy(): false {
    return false;
  }

  imageWritten(): void {}

  imageNeeded(): undefined {}

  surfaceDropped(): void {}

  reset(): void {}
}

/**
 * The shaders that were bound in a recording, with the code that each had at its first draw.
 * @throws SvgaDeviceError where the recording is damaged
 */
export async function recordedShaders(bytes: Uint8Array): Promise<BoundShader[]> {
  const renderer = new ShaderReader();
  await playRecording(bytes, {
    renderer,
    started: ({ events }) => void events.listen((event) => renderer.hear(event)),
  });
  return [...renderer.shaders, ...renderer.unused];
}
