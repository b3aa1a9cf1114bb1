import { SVGA3D_INVALID_ID, type CommandName, legacySlots, SVGA3D_TS_BIND_TEXTURE } from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { SlotSetting } from '../command-scope.js';
import type { CommandRule, CommandRules } from './command-rule.js';
import { shaderTypeIndex } from './dx-states.js';
import { subresourceOf } from './extents.js';

/** State that names nothing. */
const plainState = [
  'SETTRANSFORM',
  'SETZRANGE',
  'SETRENDERSTATE',
  'SETMATERIAL',
  'SETLIGHTDATA',
  'SETLIGHTENABLED',
  'SETVIEWPORT',
  'SETCLIPPLANE',
  'SETSCISSORRECT',
  'SET_SHADER_CONST',
  'SET_GB_SHADERCONSTS_INLINE',
  'SET_VERTEX_DECLS',
  'SET_VERTEX_DIVISORS',
] as const satisfies readonly CommandName[];

const plainRule = {
  surfaces: [],
  apply: ({ cid }, scope) => void scope.legacy(cid),
} satisfies CommandRule<(typeof plainState)[number]>;

const idOf = ({ target }: SlotSetting): number => target?.stateId ?? SVGA3D_INVALID_ID;

/** State of contexts without DX, which commands name in their `cid`. */
export const legacyStateRules: CommandRules = {
  ...(Object.fromEntries(plainState.map((name) => [name, plainRule])) as CommandRules),
  SETRENDERTARGET: {
    surfaces: [],
    apply({ cid, type, sid, face, mipmap }, scope) {
      const { state } = scope.legacy(cid);
      const target = scope.surface(sid);
      if (target !== undefined) {
        subresourceOf(target, face, mipmap);
        scope.use(target, 'read');
      }
      scope.bind(state, legacySlots.renderTargets, type, [{ target, fields: { face, mipmap } }]);
      scope.effects.translations.push(() => ({ sid: idOf({ target }) }));
    },
  },
  SETTEXTURESTATE: {
    surfaces: [],
    apply({ cid, states }, scope) {
      const { state } = scope.legacy(cid);
      const settings = states.map(({ stage, name, value }) => {
        if (name !== SVGA3D_TS_BIND_TEXTURE) {
          return undefined;
        }
        const target = scope.surface(value);
        if (target !== undefined) {
          scope.use(target, 'read');
        }
        scope.bind(state, legacySlots.textures, stage, [{ target }]);
        return { target };
      });
      scope.effects.translations.push(() => ({
        states: states.map((one, i) => {
          const setting = settings[i];
          return setting === undefined ? one : { ...one, value: idOf(setting) };
        }),
      }));
    },
  },
  SET_SHADER: {
    surfaces: [],
    apply({ cid, type, shid }, scope) {
      const { state } = scope.legacy(cid);
      const group = legacySlots.shaders[shaderTypeIndex(type)];
      const target = shid === SVGA3D_INVALID_ID ? undefined : scope.handles.shader(shid);
      if (target !== undefined) {
        if (target.type !== type) {
          throw new VmwgfxError('EINVAL', `shader ${shid} is of another type`, { handle: shid });
        }
        scope.changes.need(target, false);
      }
      scope.bind(state, group, 0, [{ target }]);
      scope.effects.translations.push(() => ({ shid: idOf({ target }) }));
    },
  },
  SET_VERTEX_STREAMS: {
    surfaces: [],
    apply({ cid, streams }, scope) {
      const { state } = scope.legacy(cid);
      const settings = streams.map(({ sid, ...fields }) => {
        const target = scope.surface(sid);
        if (target !== undefined) {
          scope.use(target, 'read');
        }
        return { target, fields };
      });
      scope.bind(state, legacySlots.vertexStreams, 0, settings);
      scope.effects.translations.push(() => ({
        streams: streams.map((stream, i) => ({ ...stream, sid: idOf(settings[i]) })),
      }));
    },
  },
};
