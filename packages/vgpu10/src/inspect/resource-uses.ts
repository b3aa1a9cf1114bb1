import type { InstructionOpcode } from '../instruction-table.js';
import type { Declaration, Instruction } from '../program.js';
import type { ResourceUse, SamplerUse, ShaderInterface } from './shader-interface.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Resource extends Mutable<Omit<ResourceUse, 'opcodes' | 'samplers'>> {
  readonly opcodes: Set<InstructionOpcode>;
  readonly samplers: Set<number>;
}

interface Sampler extends Mutable<Omit<SamplerUse, 'resources'>> {
  readonly resources: Set<number>;
}

const comparing: ReadonlySet<InstructionOpcode> = /* @__PURE__ */ new Set([
  'SAMPLE_C',
  'SAMPLE_C_LZ',
  'GATHER4_C',
  'GATHER4_PO_C',
]);
const loading: ReadonlySet<InstructionOpcode> = /* @__PURE__ */ new Set([
  'LD',
  'LD_MS',
  'LD_RAW',
  'LD_STRUCTURED',
]);

/** The resources and samplers of a shader, and how instructions use them together. */
export class ResourceUses {
  private readonly resources = new Map<number, Resource>();
  private readonly samplers = new Map<number, Sampler>();

  declare(declaration: Declaration): void {
    switch (declaration.opcode) {
      case 'DCL_RESOURCE': {
        const { dimension, samples, returns } = declaration;
        this.addResource(declaration.operand.indices[0]?.offset ?? 0, {
          dimension,
          samples,
          returns,
          stride: 0,
        });
        break;
      }
      case 'DCL_RESOURCE_RAW':
        this.addResource(declaration.operand.indices[0]?.offset ?? 0, { ...plain, dimension: 'RAW_BUFFER' });
        break;
      case 'DCL_RESOURCE_STRUCTURED': {
        const { stride } = declaration;
        const slot = declaration.operand.indices[0]?.offset ?? 0;
        this.addResource(slot, { ...plain, dimension: 'STRUCTURED_BUFFER', stride });
        break;
      }
      case 'DCL_SAMPLER': {
        const slot = declaration.operand.indices[0]?.offset ?? 0;
        const { mode } = declaration;
        this.samplers.set(slot, { slot, mode, compares: false, samples: false, resources: new Set() });
      }
    }
  }

  private addResource(
    slot: number,
    declared: Pick<ResourceUse, 'dimension' | 'samples' | 'returns' | 'stride'>,
  ): void {
    this.resources.set(slot, {
      slot,
      ...declared,
      opcodes: new Set(),
      samplers: new Set(),
      compared: false,
      sampled: false,
      loaded: false,
    });
  }

  use({ opcode, sources }: Instruction): void {
    const slotOf = (type: 'RESOURCE' | 'SAMPLER') => sources.find((s) => s.type === type)?.indices[0]?.offset;
    const resource = this.resources.get(slotOf('RESOURCE') ?? -1);
    const sampler = this.samplers.get(slotOf('SAMPLER') ?? -1);
    const samples = slotOf('SAMPLER') !== undefined && opcode !== 'LOD';
    const compares = comparing.has(opcode);
    if (resource !== undefined) {
      resource.opcodes.add(opcode);
      resource.compared ||= compares;
      resource.sampled ||= samples && !compares;
      resource.loaded ||= loading.has(opcode);
    }
    if (sampler !== undefined) {
      sampler.compares ||= compares;
      sampler.samples ||= !compares;
    }
    if (resource !== undefined && sampler !== undefined) {
      resource.samplers.add(sampler.slot);
      sampler.resources.add(resource.slot);
    }
  }

  result(): Pick<ShaderInterface, 'resources' | 'samplers'> {
    return {
      resources: Array.from(this.resources.values(), (resource) => ({
        ...resource,
        opcodes: [...resource.opcodes],
        samplers: [...resource.samplers],
      })),
      samplers: Array.from(this.samplers.values(), (sampler) => ({
        ...sampler,
        resources: [...sampler.resources],
      })),
    };
  }
}

const plain = { samples: 0, returns: [], stride: 0 } as const;
