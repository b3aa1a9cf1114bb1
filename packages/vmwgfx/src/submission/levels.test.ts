import { type SvgaDeviceOptions } from '@cg/svga-device';
import {
  commandNames,
  commandTable,
  CommandWriter,
  LEVEL,
  SVGA_CAP2,
  type CommandFields,
  type CommandName,
} from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { bench } from '../driver.fixture.js';
import { driverCommandNames } from './rules/driver-commands.js';

const devices: readonly (readonly [string, number, SvgaDeviceOptions])[] = [
  ['without DX', LEVEL.LEGACY, {}],
  ['with DX', LEVEL.DX, { dx: true }],
  ['with shader model 4.1', LEVEL.SM41, { dx: true, sm41: true }],
  ['with shader model 5', LEVEL.SM5, { dx: true, sm41: true, sm5: true }],
];

type Fields = Readonly<Record<string, unknown>>;

function setUp(device: SvgaDeviceOptions) {
  const base = bench({}, device);
  const file = base.driver.open();
  const context = device.dx === true ? { context: file.createContext({ kind: 'dx' }) } : {};
  const cid = file.createContext({ kind: 'legacy' });
  /** The refusal of a submission; undefined if it is accepted. */
  const refusal = (bytes: Uint8Array): { code: string; facts: { level?: number } } | undefined => {
    try {
      file.submit(bytes, context).wait();
      return undefined;
    } catch (error) {
      return error as { code: string; facts: { level?: number } };
    }
  };
  const encode = (name: CommandName, fields: Fields = {}) => {
    const writer = new CommandWriter();
    writer.write(name, zeros(name, fields) as unknown as CommandFields<CommandName>);
    return writer.bytes;
  };
  return { ...base, file, cid, send: (name: CommandName, fields?: Fields) => refusal(encode(name, fields)) };
}

/** A command of zeros except the given fields, with nothing after its body unless given. */
function zeros(name: CommandName, given: Fields): Fields {
  const { body, tail } = commandTable[name];
  const none = Object.entries(tail).map(([part, { kind }]) => [
    part,
    kind === 'bytes' ? new Uint8Array() : [],
  ]);
  const view = new DataView(new ArrayBuffer(4096));
  return { ...body.read(view, 0), ...(Object.fromEntries(none) as Fields), ...given };
}

describe.each(devices)('a device %s', (_, level, options) => {
  const { send, device } = setUp(options);

  it.each(commandNames)('refuses %s for its level where it is higher, and for nothing else of it', (name) => {
    // A screen contains the size of its structure.
    const refused = send(name, name === 'DEFINE_SCREEN' ? { structSize: 28 } : {});
    if (driverCommandNames.includes(name)) {
      expect(refused).toMatchObject({ code: 'EINVAL' });
      expect(refused?.facts.level).toBeUndefined();
    } else if (commandTable[name].level > level) {
      expect(refused).toMatchObject({
        code: 'EINVAL',
        errno: 22,
        facts: { level: commandTable[name].level, command: name, offset: 0 },
      });
    } else {
      expect(refused?.facts.level).toBeUndefined();
    }
  });

  it('has no command of a higher level done', () => {
    const done = Object.entries(device.statistics.perCommand).filter(([, count]) => count > 0);
    const higher = done.filter(([name]) => commandTable[name as CommandName].level > level);
    expect(higher).toEqual([]);
  });
});

describe('values that need a level', () => {
  const NONE = 0xffff_ffff;
  const shaderTypes: readonly CommandName[] = [
    'DX_SET_SHADER',
    'DX_DEFINE_SHADER',
    'DX_SET_SHADER_RESOURCES',
    'DX_SET_SAMPLERS',
    'DX_SET_SINGLE_CONSTANT_BUFFER',
  ];
  const cases: readonly (readonly [CommandName, Fields, number])[] = [
    ...shaderTypes.flatMap((name) =>
      [1, 2, 3, 4, 5, 6, 7].map(
        (type) =>
          [
            name,
            { type, shaderId: name === 'DX_SET_SHADER' ? NONE : type, sid: NONE, sizeInBytes: 4 },
            type < 4 ? LEVEL.DX : type < 7 ? LEVEL.SM5 : Infinity,
          ] as const,
      ),
    ),
    ...Array.from({ length: 17 }, (__, type) => type).map(
      (type) =>
        [
          'DX_DEFINE_QUERY',
          { queryId: type, type },
          type < 8 ? LEVEL.DX : type < 16 ? LEVEL.SM5 : Infinity,
        ] as const,
    ),
    ...[1, 6, 7, 10, 11, 42, 43].map(
      (topology) =>
        [
          'DX_SET_TOPOLOGY',
          { topology },
          topology < 11 ? LEVEL.DX : topology < 43 ? LEVEL.SM5 : Infinity,
        ] as const,
    ),
    ['DX_DEFINE_STREAMOUTPUT', { soid: 0, rasterizedStream: 0 }, LEVEL.DX],
    ['DX_DEFINE_STREAMOUTPUT', { soid: 0, rasterizedStream: 2 }, LEVEL.SM5],
  ];

  it.each(devices.slice(1))('are EINVAL on a device %s that is below it', (_, level, options) => {
    const { send } = setUp(options);
    for (const [name, fields, needed] of cases) {
      const refused = send(name, fields);
      const what = `${name} ${JSON.stringify(fields)}`;
      if (needed > level) {
        expect(refused, what).toMatchObject({ code: 'EINVAL', facts: { level: needed } });
      } else {
        expect(refused, what).toBeUndefined();
      }
    }
  });

  it.each(devices)('contexts without DX have no more on a device %s', (_, __, options) => {
    const { send, cid } = setUp(options);
    const legacy = (name: CommandName, fields: Fields) => send(name, { cid, ...fields });
    expect(legacy('SET_SHADER', { type: 2, shid: NONE })).toBeUndefined();
    expect(legacy('BEGIN_QUERY', { type: 0 })).toBeUndefined();
    expect(legacy('DRAW', { primitiveType: 6 })).toBeUndefined();
    for (const [name, fields, level] of [
      ['SET_SHADER', { type: 3, shid: NONE }, LEVEL.DX],
      ['SET_SHADER', { type: 6, shid: NONE }, LEVEL.SM5],
      ['SET_SHADER_CONST', { type: 3 }, LEVEL.DX],
      ['SET_GB_SHADERCONSTS_INLINE', { shaderType: 4 }, LEVEL.SM5],
      ['BEGIN_QUERY', { type: 1 }, LEVEL.DX],
      ['BEGIN_GB_QUERY', { type: 8 }, LEVEL.SM5],
      ['DRAW', { primitiveType: 7 }, LEVEL.DX],
      ['DRAW_INDEXED', { primitiveType: 11 }, LEVEL.SM5],
    ] as const) {
      expect(legacy(name, fields), name).toMatchObject({ code: 'EINVAL', facts: { level } });
    }
  });

  it('copies within a surface need SVGA_CAP2_INTRA_SURFACE_COPY', () => {
    for (const withoutCapabilities2 of [0, SVGA_CAP2.INTRA_SURFACE_COPY]) {
      const { send, file } = setUp({ withoutCapabilities2 });
      const { handle: sid } = file.createSurface({ format: 2, width: 8, height: 8 });
      const refused = send('INTRA_SURFACE_COPY', { sid, w: 1, h: 1, d: 1, srcx: 4 });
      expect(refused?.code).toBe(withoutCapabilities2 === 0 ? undefined : 'EINVAL');
    }
  });

  it('more than 8 unordered access views need the OpenGL 4.3 extensions', () => {
    const { send } = setUp({ dx: true, sm41: true, sm5: true });
    const ids = (count: number) => Array.from({ length: count }, () => NONE);
    expect(send('DX_SET_UA_VIEWS', { uaViewIds: ids(8) })).toBeUndefined();
    expect(send('DX_SET_UA_VIEWS', { uaViewIds: ids(9) })).toMatchObject({ code: 'EINVAL' });
    expect(send('DX_SET_CS_UA_VIEWS', { startIndex: 7, uaViewIds: ids(1) })).toBeUndefined();
    expect(send('DX_SET_CS_UA_VIEWS', { startIndex: 8, uaViewIds: ids(1) })).toMatchObject({
      code: 'EINVAL',
    });
  });
});
