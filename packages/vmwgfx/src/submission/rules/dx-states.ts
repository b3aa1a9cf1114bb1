import {
  SVGA_COTABLE,
  type CommandName,
  SVGA3D_DX_MAX_SAMPLERS,
  SVGA3D_NUM_SHADERTYPE,
} from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { CommandScope } from '../command-scope.js';
import type { CommandRule, CommandRules } from './command-rule.js';

/** What command defines, ends or sets a state object, and the field with its id. */
const stateObjects: readonly [
  type: number,
  field: string,
  define: CommandName[],
  destroy: CommandName,
  set: CommandName[],
][] = [
  [
    SVGA_COTABLE.ELEMENTLAYOUT,
    'elementLayoutId',
    ['DX_DEFINE_ELEMENTLAYOUT'],
    'DX_DESTROY_ELEMENTLAYOUT',
    ['DX_SET_INPUT_LAYOUT'],
  ],
  [
    SVGA_COTABLE.BLENDSTATE,
    'blendId',
    ['DX_DEFINE_BLEND_STATE'],
    'DX_DESTROY_BLEND_STATE',
    ['DX_SET_BLEND_STATE'],
  ],
  [
    SVGA_COTABLE.DEPTHSTENCIL,
    'depthStencilId',
    ['DX_DEFINE_DEPTHSTENCIL_STATE'],
    'DX_DESTROY_DEPTHSTENCIL_STATE',
    ['DX_SET_DEPTHSTENCIL_STATE'],
  ],
  [
    SVGA_COTABLE.RASTERIZERSTATE,
    'rasterizerId',
    ['DX_DEFINE_RASTERIZER_STATE', 'DX_DEFINE_RASTERIZER_STATE_V2'],
    'DX_DESTROY_RASTERIZER_STATE',
    ['DX_SET_RASTERIZER_STATE'],
  ],
  [SVGA_COTABLE.SAMPLER, 'samplerId', ['DX_DEFINE_SAMPLER_STATE'], 'DX_DESTROY_SAMPLER_STATE', []],
];

type AnyRule = CommandRule & { apply(fields: never, scope: CommandScope): void };

/** The same three rules for each kind. */
function rulesOfStateObjects(): CommandRules {
  const rules: Partial<Record<CommandName, AnyRule>> = {};
  for (const [type, field, define, destroy, set] of stateObjects) {
    const ruleThat = (act: (scope: CommandScope, id: number) => void): AnyRule => {
      return {
        surfaces: [],
        apply: (fields, scope) => act(scope, (fields as Readonly<Record<string, number>>)[field]),
      };
    };
    for (const name of define) {
      rules[name] = ruleThat((scope, id) => void scope.define(type, id));
    }
    rules[destroy] = ruleThat((scope, id) => scope.undefine(type, id));
    for (const name of set) {
      rules[name] = ruleThat((scope, id) => scope.name(type, id));
    }
  }
  return rules as CommandRules;
}

/** SVGA3dShaderType, from 1 on. @throws VmwgfxError EINVAL for none */
export function shaderTypeIndex(type: number): number {
  if (type < 1 || type > SVGA3D_NUM_SHADERTYPE) {
    throw new VmwgfxError('EINVAL', `there are no shaders of type ${type}`);
  }
  return type - 1;
}

/** State objects of DX contexts, and state that names nothing. */
export const dxStateRules: CommandRules = {
  ...rulesOfStateObjects(),
  DX_SET_SAMPLERS: {
    surfaces: [],
    apply({ startSampler, type, samplerIds }, scope) {
      shaderTypeIndex(type);
      if (startSampler + samplerIds.length > SVGA3D_DX_MAX_SAMPLERS) {
        throw new VmwgfxError('EINVAL', `there are ${SVGA3D_DX_MAX_SAMPLERS} samplers`);
      }
      samplerIds.forEach((id) => scope.name(SVGA_COTABLE.SAMPLER, id));
    },
  },
  DX_SET_TOPOLOGY: { surfaces: [], apply: (_, scope) => void scope.dx },
  DX_SET_VIEWPORTS: { surfaces: [], apply: (_, scope) => void scope.dx },
  DX_SET_SCISSORRECTS: { surfaces: [], apply: (_, scope) => void scope.dx },
  DX_HINT: { surfaces: [], apply: (_, scope) => void scope.dx },
  DX_SET_MIN_LOD: { surfaces: [{ field: 'sid', effect: 'read' }], apply: (_, scope) => void scope.dx },
};
