import {
  translate,
  type AdapterFeature,
  type PipelineKey,
  type Shaders,
  type Translation,
} from '@cg/vgpu10-wgsl';
import { GenerationCache } from '../gpu/generation-cache.js';
import { SHADER_STAGE } from '../gpu/flags.js';
import { BindLayouts, exceededLimit, type GroupLayout } from './bind-layouts.js';
import type { DecodedShader } from './shader-table.js';

/** A translation as objects of the device. */
export interface TranslatedPipeline {
  readonly id: number;
  readonly translation: Translation;
  readonly groups: readonly GroupLayout[];
  readonly layout: GPUPipelineLayout;
  readonly vertex: GPUShaderModule;
  /** Without a pixel shader it writes nothing. */
  readonly fragment: GPUShaderModule;
  readonly stream: TranslatedStream | undefined;
}

/** The stream output of a translation. */
export interface TranslatedStream {
  readonly groups: readonly GroupLayout[];
  readonly pipelines: readonly GPUComputePipeline[];
}

/** Shaders of a pipeline. */
export interface DecodedShaders {
  readonly vertex: DecodedShader;
  readonly geometry: DecodedShader | undefined;
  readonly pixel: DecodedShader | undefined;
}

const TRANSLATIONS = 1024;
const FEATURES: readonly AdapterFeature[] = ['clip-distances', 'dual-source-blending', 'primitive-index'];
/** Registers that are no locations between stages. */
const MADE = new Set(['POSITION', 'IS_FRONT_FACE', 'SAMPLE_INDEX']);

/** Translations of shaders, by content. */
export class Translations {
  readonly layouts: BindLayouts;
  readonly #known = new GenerationCache<string, TranslatedPipeline | string>(TRANSLATIONS);
  readonly #nothing: GPUShaderModule;
  readonly #features: readonly AdapterFeature[];
  #ids = 0;

  constructor(readonly device: GPUDevice) {
    this.layouts = new BindLayouts(device);
    this.#nothing = device.createShaderModule({ code: '@fragment fn main() {}' });
    this.#features = FEATURES.filter((feature) => device.features.has(feature));
  }

  /** @returns the reason if WebGPU cannot run the shaders */
  translate(shaders: DecodedShaders, key: PipelineKey): TranslatedPipeline | string {
    const { vertex, geometry, pixel } = shaders;
    const id = `${vertex.id}/${geometry?.id}/${pixel?.id}/${JSON.stringify(key)}`;
    return this.#known.get(id) ?? this.#known.set(id, this.#make(shaders, key));
  }

  #make(shaders: DecodedShaders, key: PipelineKey): TranslatedPipeline | string {
    const { device } = this;
    const { limits } = device;
    const tooMany = this.#varyings(shaders);
    if (tooMany !== undefined) {
      return tooMany;
    }
    const programs: Shaders = {
      vertex: shaders.vertex.program,
      geometry: shaders.geometry?.program,
      pixel: shaders.pixel?.program,
    };
    let translation: Translation;
    try {
      translation = translate(programs, {
        ...key,
        features: this.#features,
        maxUniformBuffersPerShaderStage: limits.maxUniformBuffersPerShaderStage,
      });
    } catch (error) {
      return (error as Error).message;
    }
    const stages = [
      { bindings: translation.vertex.bindings, visibility: SHADER_STAGE.VERTEX },
      { bindings: translation.pixel?.bindings ?? [], visibility: SHADER_STAGE.FRAGMENT },
    ];
    const ofStream = [
      { bindings: translation.streamOutput?.bindings ?? [], visibility: SHADER_STAGE.COMPUTE },
    ];
    const exceeded = exceededLimit([...stages, ...ofStream], limits);
    if (exceeded !== undefined) {
      return exceeded;
    }
    const groups = this.layouts.groups(stages);
    return {
      id: this.#ids++,
      translation,
      groups,
      layout: this.layouts.pipeline(groups),
      vertex: device.createShaderModule({ code: translation.vertex.code }),
      fragment:
        translation.pixel === undefined
          ? this.#nothing
          : device.createShaderModule({ code: translation.pixel.code }),
      stream: this.#stream(translation, this.layouts.groups(ofStream)),
    };
  }

  #stream({ streamOutput }: Translation, groups: readonly GroupLayout[]): TranslatedStream | undefined {
    if (streamOutput === undefined) {
      return undefined;
    }
    const module = this.device.createShaderModule({ code: streamOutput.code });
    const layout = this.layouts.pipeline(groups);
    const pipelines = streamOutput.passes.map(({ entryPoint }) =>
      this.device.createComputePipeline({ layout, compute: { module, entryPoint } }),
    );
    return { groups, pipelines };
  }

  /** Registers between stages that are more than the device has. */
  #varyings({ vertex, geometry, pixel }: DecodedShaders): string | undefined {
    const last = (geometry ?? vertex).interface;
    const inputs = pixel?.interface.inputs ?? [];
    const written = new Set(last.outputs.map(({ register }) => register));
    const registers = new Set(
      inputs
        .filter(({ name, register }) => !MADE.has(name) && written.has(register))
        .map(({ register }) => register),
    );
    const clip = this.device.features.has('clip-distances') ? 0 : Math.ceil(last.clipDistances.length / 4);
    const builtins = inputs.filter(({ name }) => MADE.has(name) || name === 'PRIMITIVE_ID').length;
    // Clip distances and some built-in inputs take locations, too.
    const ofClip = this.device.features.has('clip-distances')
      ? Math.ceil(last.clipDistances.length / 4)
      : clip;
    const count = registers.size + ofClip + Math.min(builtins, 3);
    const most = this.device.limits.maxInterStageShaderVariables;
    return count > most ? `${count} registers between stages, more than ${most}` : undefined;
  }
}
