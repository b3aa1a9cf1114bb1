import {
  commandOffsets,
  CommandWriter,
  SVGA3D_INVALID_ID,
  type CommandFields,
  type CommandName,
} from '@cg/svga-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw, red, resourceView, setUpContexts, targetView, wholeView } from '../contexts.fixture.js';
import { ruleOf, userCommandNames } from './rules/command-rules.js';

const NONE = SVGA3D_INVALID_ID;
const error = (code: string, facts: object = {}) =>
  expect.objectContaining({ code, facts: expect.objectContaining(facts) as object }) as Error;

type Fields = Readonly<Record<string, unknown>>;

/** A context of each kind with an object of each kind under id 0. */
function setUp() {
  const set = setUpContexts();
  const { file, canvas, buffer, submit, cid } = set;
  const [a, b] = [canvas(), canvas()];
  const depth = file.createSurface({ format: 80, width: 64, height: 64, coherent: true }).handle;
  const [data, output] = [buffer(), buffer()];
  const memory = file.createBuffer(8192).handle;
  const results = file.createBuffer(4096).handle;
  const vertexShader = file.createShader({ type: 1, bytes: 64, buffer: memory });
  const objects = { ...set, a, b, depth, data, output, memory, results, vertexShader, cid };
  submit((writer) => {
    for (const [name, fields] of Object.entries(definitions(objects, 0))) {
      writer.write(name as CommandName, fields as never);
    }
    writer.write('DX_MOVE_QUERY', { queryId: 0, mobid: results, mobOffset: 8 });
  }).wait();
  return objects;
}

type Objects = ReturnType<typeof setUp>;

const perRT = Array.from({ length: 8 }, () => ({
  blendEnable: 0,
  srcBlend: 1,
  destBlend: 1,
  blendOp: 1,
  srcBlendAlpha: 1,
  destBlendAlpha: 1,
  blendOpAlpha: 1,
  renderTargetWriteMask: 15,
  logicOpEnable: 0,
  logicOp: 0,
}));

/** All fields of a command's body zero, but for what is given. */
function zeros(name: CommandName, change: Fields): Fields {
  return { ...Object.fromEntries(Object.keys(commandOffsets(name)).map((field) => [field, 0])), ...change };
}

const rasterizer = (rasterizerId: number) => zeros('DX_DEFINE_RASTERIZER_STATE_V2', { rasterizerId });

/** Commands that define an object under an id. */
function definitions(
  {
    a,
    depth,
    memory,
  }: { readonly a: { readonly handle: number }; readonly depth: number; readonly memory: number },
  id: number,
): Record<string, Fields> {
  const target = wholeView(a.handle);
  const declaration = { outputSlot: 0, registerIndex: 0, registerMask: 0, stream: 0 };
  return {
    DX_DEFINE_RENDERTARGET_VIEW: targetView(id, a.handle),
    DX_DEFINE_DEPTHSTENCIL_VIEW: { depthStencilViewId: id, ...wholeView(depth), format: 80, flags: 0 },
    DX_DEFINE_SHADERRESOURCE_VIEW: resourceView(id, a.handle),
    DX_DEFINE_UA_VIEW: { uaViewId: id, ...target },
    DX_DEFINE_ELEMENTLAYOUT: { elementLayoutId: id, descs: [] },
    DX_DEFINE_BLEND_STATE: { blendId: id, alphaToCoverageEnable: 0, independentBlendEnable: 0, perRT },
    DX_DEFINE_DEPTHSTENCIL_STATE: zeros('DX_DEFINE_DEPTHSTENCIL_STATE', { depthStencilId: id }),
    DX_DEFINE_RASTERIZER_STATE: rasterizer(id),
    DX_DEFINE_SAMPLER_STATE: zeros('DX_DEFINE_SAMPLER_STATE', { samplerId: id }),
    DX_DEFINE_STREAMOUTPUT: {
      soid: id,
      numOutputStreamEntries: 0,
      decl: Array.from({ length: 64 }, () => declaration),
      streamOutputStrideInBytes: [0, 0, 0, 0],
      rasterizedStream: 0,
    },
    DX_DEFINE_SHADER: { shaderId: id, type: 1, sizeInBytes: 64 },
    DX_BIND_SHADER: { cid: NONE, shid: id, mobid: memory, offsetInBytes: 128 },
    DX_DEFINE_QUERY: { queryId: id, type: 0, flags: 0 },
  };
}

/** A valid command of each kind. */
function goodFields(objects: Objects): Partial<Record<CommandName, Fields>> {
  const { a, b, data, output, memory, results, vertexShader, cid } = objects;
  const value = { valueR: 1, valueG: 1, valueB: 1, valueA: 1 };
  const vertices = { sid: data.handle, stride: 16, offset: 0 };
  const indices = { sid: data.handle, format: 52, offset: 0 };
  const indirect = { argsBufferSid: data.handle, byteOffsetForArgs: 16 };
  const constants = { slot: 1, offsetInBytes: 256 };
  const color = [0, 0, 0, 0];
  /** State without references. */
  const plain = (name: CommandName, change: Fields = {}): Fields => zeros(name, { cid, ...change });
  const material = { diffuse: color, ambient: color, specular: color, emissive: color };
  const guestResult = { guestResultGmrId: results, guestResultOffset: 64 };
  const gbResult = { mobid: results, offset: 64 };
  const vertexDecl = {
    type: 0,
    first: 0,
    last: 0,
    method: 0,
    usage: 0,
    usageIndex: 0,
    surfaceId: data.handle,
    offset: 0,
    stride: 4,
  };
  const range = {
    primType: 1,
    primitiveCount: 1,
    surfaceId: NONE,
    offset: 0,
    stride: 0,
    indexWidth: 0,
    indexBias: 0,
  };
  return {
    ...definitions(objects, 1),
    DX_BIND_SHADER: { cid: objects.context, shid: 0, mobid: memory, offsetInBytes: 256 },
    DX_DEFINE_DEPTHSTENCIL_VIEW_V2: {
      depthStencilViewId: 1,
      ...wholeView(objects.depth),
      format: 80,
      flags: 0,
    },
    DX_DEFINE_RASTERIZER_STATE_V2: rasterizer(1),
    DX_DEFINE_STREAMOUTPUT_WITH_MOB: {
      soid: 1,
      numOutputStreamEntries: 0,
      numOutputStreamStrides: 0,
      streamOutputStrideInBytes: color,
      rasterizedStream: 0,
    },
    DX_DESTROY_RENDERTARGET_VIEW: { renderTargetViewId: 0 },
    DX_DESTROY_DEPTHSTENCIL_VIEW: { depthStencilViewId: 0 },
    DX_DESTROY_SHADERRESOURCE_VIEW: { shaderResourceViewId: 0 },
    DX_DESTROY_UA_VIEW: { uaViewId: 0 },
    DX_DESTROY_ELEMENTLAYOUT: { elementLayoutId: 0 },
    DX_DESTROY_BLEND_STATE: { blendId: 0 },
    DX_DESTROY_DEPTHSTENCIL_STATE: { depthStencilId: 0 },
    DX_DESTROY_RASTERIZER_STATE: { rasterizerId: 0 },
    DX_DESTROY_SAMPLER_STATE: { samplerId: 0 },
    DX_DESTROY_STREAMOUTPUT: { soid: 0 },
    DX_DESTROY_SHADER: { shaderId: 0 },
    DX_DESTROY_QUERY: { queryId: 0 },
    DX_CLEAR_RENDERTARGET_VIEW: { renderTargetViewId: 0, ...red },
    DX_CLEAR_DEPTHSTENCIL_VIEW: { flags: 6, stencil: 0, depthStencilViewId: 0, depth: 1 },
    DX_CLEAR_UA_VIEW_UINT: { uaViewId: 0, ...value },
    DX_CLEAR_UA_VIEW_FLOAT: { uaViewId: 0, ...value },
    DX_GENMIPS: { shaderResourceViewId: 0 },
    DX_COPY_STRUCTURE_COUNT: { srcUAViewId: 0, destSid: output.handle, destByteOffset: 8 },
    DX_SET_STRUCTURE_COUNT: { uaViewId: 0, structureCount: 3 },
    DX_SET_INPUT_LAYOUT: { elementLayoutId: 0 },
    DX_SET_BLEND_STATE: { blendId: 0, blendFactor: color, sampleMask: 1 },
    DX_SET_DEPTHSTENCIL_STATE: { depthStencilId: 0, stencilRef: 0 },
    DX_SET_RASTERIZER_STATE: { rasterizerId: 0 },
    DX_SET_SAMPLERS: { startSampler: 0, type: 2, samplerIds: [0, NONE] },
    DX_SET_TOPOLOGY: { topology: 1 },
    DX_SET_VIEWPORTS: { viewports: [] },
    DX_SET_SCISSORRECTS: { rects: [] },
    DX_HINT: { hintId: 0, data: [] },
    DX_SET_MIN_LOD: { sid: a.handle, minLOD: 0 },
    DX_SET_RENDERTARGETS: { depthStencilViewId: 0, renderTargetViewIds: [0, NONE] },
    DX_SET_SHADER_RESOURCES: { startView: 3, type: 2, shaderResourceViewIds: [NONE, 0] },
    DX_SET_UA_VIEWS: { uavSpliceIndex: 0, uaViewIds: [0] },
    DX_SET_CS_UA_VIEWS: { startIndex: 0, uaViewIds: [0] },
    DX_SET_SINGLE_CONSTANT_BUFFER: {
      slot: 1,
      type: 1,
      sid: data.handle,
      offsetInBytes: 256,
      sizeInBytes: 256,
    },
    DX_SET_VS_CONSTANT_BUFFER_OFFSET: constants,
    DX_SET_PS_CONSTANT_BUFFER_OFFSET: constants,
    DX_SET_GS_CONSTANT_BUFFER_OFFSET: constants,
    DX_SET_HS_CONSTANT_BUFFER_OFFSET: constants,
    DX_SET_DS_CONSTANT_BUFFER_OFFSET: constants,
    DX_SET_CS_CONSTANT_BUFFER_OFFSET: constants,
    DX_SET_VERTEX_BUFFERS: { startBuffer: 0, buffers: [vertices] },
    DX_SET_VERTEX_BUFFERS_V2: { startBuffer: 0, buffers: [{ ...vertices, sizeInBytes: 64 }] },
    DX_SET_VERTEX_BUFFERS_OFFSET_AND_SIZE: {
      startBuffer: 0,
      buffers: [{ stride: 4, offset: 4, sizeInBytes: 64 }],
    },
    DX_SET_INDEX_BUFFER: indices,
    DX_SET_INDEX_BUFFER_V2: { ...indices, sizeInBytes: 64 },
    DX_SET_INDEX_BUFFER_OFFSET_AND_SIZE: { format: 52, offset: 4, sizeInBytes: 64 },
    DX_SET_SOTARGETS: { targets: [{ sid: output.handle, offset: 0, sizeInBytes: 64 }] },
    DX_SET_STREAMOUTPUT: { soid: 0 },
    DX_BIND_STREAMOUTPUT: { soid: 0, mobid: memory, offsetInBytes: 512, sizeInBytes: 64 },
    DX_SET_SHADER: { shaderId: 0, type: 1 },
    DX_DRAW: draw,
    DX_DRAW_INDEXED: { indexCount: 3, startIndexLocation: 0, baseVertexLocation: 0 },
    DX_DRAW_INSTANCED: {
      vertexCountPerInstance: 3,
      instanceCount: 1,
      startVertexLocation: 0,
      startInstanceLocation: 0,
    },
    DX_DRAW_INDEXED_INSTANCED: {
      indexCountPerInstance: 3,
      instanceCount: 1,
      startIndexLocation: 0,
      baseVertexLocation: 0,
      startInstanceLocation: 0,
    },
    DX_DRAW_AUTO: {},
    DX_DRAW_INDEXED_INSTANCED_INDIRECT: indirect,
    DX_DRAW_INSTANCED_INDIRECT: indirect,
    DX_DISPATCH: { threadGroupCountX: 1, threadGroupCountY: 1, threadGroupCountZ: 1 },
    DX_DISPATCH_INDIRECT: indirect,
    DX_BIND_QUERY: { queryId: 0, mobid: results },
    DX_MOVE_QUERY: { queryId: 0, mobid: results, mobOffset: 64 },
    DX_SET_QUERY_OFFSET: { queryId: 0, mobOffset: 32 },
    DX_BEGIN_QUERY: { queryId: 0 },
    DX_END_QUERY: { queryId: 0 },
    DX_READBACK_QUERY: { queryId: 0 },
    DX_SET_PREDICATION: { queryId: 0, predicateValue: 1 },
    SETTRANSFORM: plain('SETTRANSFORM', { matrix: Array.from({ length: 16 }, () => 0) }),
    SETZRANGE: plain('SETZRANGE'),
    SETRENDERSTATE: plain('SETRENDERSTATE', { states: [] }),
    SETMATERIAL: plain('SETMATERIAL', material),
    SETLIGHTDATA: plain('SETLIGHTDATA', { ...material, position: color, direction: color }),
    SETLIGHTENABLED: plain('SETLIGHTENABLED'),
    SETVIEWPORT: plain('SETVIEWPORT'),
    SETCLIPPLANE: plain('SETCLIPPLANE', { plane: color }),
    SETSCISSORRECT: plain('SETSCISSORRECT'),
    SET_SHADER_CONST: plain('SET_SHADER_CONST', { values: color, moreValues: [] }),
    SET_GB_SHADERCONSTS_INLINE: plain('SET_GB_SHADERCONSTS_INLINE', { values: [] }),
    SET_VERTEX_DECLS: { cid, numElements: 0, elements: [] },
    SET_VERTEX_DIVISORS: { cid, numDivisors: 0, divisors: [] },
    SETRENDERTARGET: { cid, type: 2, sid: a.handle, face: 0, mipmap: 0 },
    SETTEXTURESTATE: {
      cid,
      states: [
        { stage: 3, name: 1, value: b.handle },
        { stage: 3, name: 7, value: 1 },
      ],
    },
    SET_SHADER: { cid, type: 1, shid: vertexShader },
    SET_VERTEX_STREAMS: { cid, numStreams: 1, streams: [vertices] },
    CLEAR: { cid, clearFlag: 7, color: 0, depth: 1, stencil: 0, rects: [] },
    DRAW_PRIMITIVES: {
      cid,
      numVertexDecls: 1,
      numRanges: 1,
      vertexDecls: [vertexDecl],
      ranges: [range],
      divisors: [],
    },
    DRAW: { cid, primitiveCount: 1, startVertexLocation: 0, primitiveType: 1 },
    DRAW_INDEXED: {
      cid,
      primitiveType: 1,
      indexBufferSid: data.handle,
      indexBufferOffset: 0,
      indexBufferStride: 2,
      baseVertexLocation: 0,
      primitiveCount: 1,
    },
    BEGIN_QUERY: { cid, type: 0 },
    END_QUERY: { cid, type: 0, ...guestResult },
    WAIT_FOR_QUERY: { cid, type: 0, ...guestResult },
    BEGIN_GB_QUERY: { cid, type: 0 },
    END_GB_QUERY: { cid, type: 0, ...gbResult },
    WAIT_FOR_GB_QUERY: { cid, type: 0, ...gbResult },
  };
}

/** Fields with handles or ids of the user's objects, and the code for an unknown one. */
const references = [
  'cid',
  'sid',
  'shid',
  'mobid',
  'destSid',
  'argsBufferSid',
  'indexBufferSid',
  'guestResultGmrId',
  'renderTargetViewId',
  'depthStencilViewId',
  'shaderResourceViewId',
  'uaViewId',
  'srcUAViewId',
  'shaderId',
  'queryId',
];
/** Parts of commands with such fields. */
const referenceParts: Readonly<Record<string, string | undefined>> = {
  renderTargetViewIds: undefined,
  shaderResourceViewIds: undefined,
  uaViewIds: undefined,
  buffers: 'sid',
  targets: 'sid',
  streams: 'sid',
  vertexDecls: 'surfaceId',
  ranges: 'surfaceId',
};

/** The fields, with each reference in turn replaced by an unknown one. */
function withDeadReferences(name: CommandName, fields: Fields): Fields[] {
  const isDefinition = name.startsWith('DX_DEFINE');
  const dead = references
    .filter((field) => field in fields && !(isDefinition && field !== 'sid'))
    .map((field) => ({ ...fields, [field]: 777 }));
  for (const [part, field] of Object.entries(referenceParts)) {
    const elements = fields[part] as readonly Fields[] | undefined;
    if (elements !== undefined && (field === undefined || field in (elements[0] ?? {}))) {
      const [, ...rest] = elements;
      dead.push({
        ...fields,
        [part]: [field === undefined ? 777 : { ...elements[0], [field]: 777 }, ...rest],
      });
    }
  }
  return dead;
}

const write = (writer: CommandWriter, name: CommandName, fields: Fields) =>
  writer.write(name, fields as unknown as CommandFields<CommandName>);

const names = userCommandNames.filter((name) => ruleOf(name)?.apply !== undefined);

describe.each(names)('%s', (name) => {
  it('is done by the device, and leaves every surface as coherent as it was', () => {
    const set = setUp();
    const { submit, cpu, a, b, data, output, device, file } = set;
    const surfaces = [a, b, data, output];
    surfaces.forEach(({ start }, i) => cpu.store32(start + 64, 0x1000 + i));
    const fields = goodFields(set)[name];
    expect(fields, 'a good one in this test').toBeDefined();
    submit((writer) => write(writer, name, fields!)).wait();
    expect(device.statistics.errors).toBe(0);
    for (const { handle, start } of surfaces) {
      // A use of the surface uploads the CPU's stores, if they are not uploaded yet.
      const state = { sid: handle, minLOD: 0 };
      submit((writer) => writer.write('DX_SET_MIN_LOD', state)).wait();
      const image = device.image(file.deviceId(handle), 0)!;
      const loaded = new Uint8Array(image.length);
      cpu.loadBytes(start, loaded);
      expect(Buffer.compare(loaded, image), `surface ${handle}`).toBe(0);
    }
  });

  it('is refused whole, with place and reason, for what is nobody’s', () => {
    const set = setUp();
    const { submit, counts, b } = set;
    const before = JSON.stringify(counts());
    for (const fields of withDeadReferences(name, goodFields(set)[name]!)) {
      let offset = 0;
      expect(
        () =>
          submit((writer) => {
            write(writer, 'DX_DEFINE_RENDERTARGET_VIEW', targetView(50, b.handle));
            offset = writer.length;
            write(writer, name, fields);
          }),
        JSON.stringify(fields),
      ).toThrow(error('ENOENT', { command: name }));
      expect(offset).toBeGreaterThan(0);
    }
    expect(JSON.stringify(counts())).toBe(before);
    // No trace is left of the refused view.
    submit((writer) => write(writer, 'DX_DEFINE_RENDERTARGET_VIEW', targetView(50, b.handle))).wait();
  });
});

describe('streams for contexts', () => {
  it('IGT vmwgfx invalid commands: of any bytes are done or refused with a reason, and harm nobody', () => {
    const set = setUp();
    const { submit, file, cpu, a, b, device, context } = set;
    const all = Object.entries(goodFields(set)).filter(([name]) => !name.startsWith('DX_DESTROY'));
    const writer = new CommandWriter();
    all.forEach(([name, fields]) => write(writer, name as CommandName, fields));
    const stream = writer.bytes.slice();
    const change = fc.tuple(fc.nat(stream.length / 4 - 1), fc.oneof(fc.nat(80), fc.constant(NONE)));
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 6 }),
        fc.nat(stream.length),
        fc.nat(250),
        (changes, length, value) => {
          const bytes = stream.slice(0, length);
          const view = new DataView(bytes.buffer);
          changes
            .filter(([at]) => at * 4 + 4 <= length)
            .forEach(([at, dword]) => view.setUint32(at * 4, dword, true));
          try {
            file.submit(bytes, { context: context! }).wait();
          } catch (thrown) {
            expect(['EINVAL', 'ENOENT', 'EIO']).toContain((thrown as { code: string }).code);
          }
          cpu.store8(a.start, value);
          submit((next) => {
            const box = { x: 0, y: 0, z: 0, w: 1, h: 1, d: 1, srcx: 0, srcy: 0, srcz: 0 };
            const images = {
              srcSid: a.handle,
              srcFace: 0,
              srcMipmap: 0,
              destSid: b.handle,
              destFace: 0,
              destMipmap: 0,
            };
            next.write('SURFACE_COPY', { ...images, boxes: [box] });
          }).wait();
          expect(device.image(file.deviceId(b.handle), 0)![0]).toBe(value);
          expect(cpu.load8(b.start)).toBe(value);
        },
      ),
      { numRuns: 60 },
    );
  });
});
