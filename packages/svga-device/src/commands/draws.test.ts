import { formatByName } from '@cg/surface-layout';
import { SVGA3D_DEVCAP, SVGA3D_INVALID_ID, SVGA_CAP, SVGA_COTABLE, SVGA_REG } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { DxGuest, plainView } from '../../test/dx-guest.js';
import { CODE, ReadyGuest, TARGET, VERTICES } from '../../test/ready-guest.js';
import { RecordingDraws } from '../../test/recording-renderer.js';
import { passVertex } from '../contract/contract-shaders.js';
import { SvgaDevice } from '../device.js';
import { bufferEnd } from '../index.js';
import type { DrawCall, PipelineState, RenderQuery, RenderSurface } from '../index.js';

const R16_UINT = formatByName('R16_UINT')?.id ?? 0;
const PAGE = 4096;
const none = SVGA3D_INVALID_ID;

describe('a draw', () => {
  it('has the state that was set, with the shader as its MOB held it at its first use after the bind', () => {
    const guest = new ReadyGuest();
    const state = guest.drawn();
    expect(state?.vertex.shader.tokens).toEqual(passVertex);
    expect(state?.vertexBuffers).toMatchObject([{ stride: 16, offset: 0 }]);
    expect(state?.targets[0]).toMatchObject({ mip: 0, firstLayer: 0, layers: 1 });
    guest.fillMob(guest.code, Uint8Array.of(0xff));
    expect(guest.drawn()?.vertex.shader).toBe(state?.vertex.shader);
    guest.must('DX_BIND_SHADER', { cid: 0, shid: 0, mobid: CODE, offsetInBytes: 0 });
    expect(guest.drawn()?.vertex.shader.tokens[0]).not.toBe(passVertex[0]);
  });

  it('after a draw without a change has the same state; after one, the same objects of what has not changed', () => {
    const guest = new ReadyGuest();
    const first = guest.drawn();
    expect(guest.drawn()).toBe(first);
    guest.must('DX_SET_TOPOLOGY', { topology: 1 });
    expect(guest.drawn()).toBe(first);
    guest.must('DX_SET_TOPOLOGY', { topology: 5 });
    guest.must('DX_DEFINE_RENDERTARGET_VIEW', {
      renderTargetViewId: 9,
      sid: TARGET,
      format: 2,
      ...plainView,
    });
    guest.must('DX_DEFINE_RENDERTARGET_VIEW', {
      renderTargetViewId: 0,
      sid: TARGET,
      format: 2,
      ...plainView,
    });
    const second = guest.drawn();
    expect(second?.topology).toBe(5);
    expect(second?.vertex).toBe(first?.vertex);
    expect(second?.targets).toBe(first?.targets);
    expect(second?.vertexBuffers).toBe(first?.vertexBuffers);
  });

  it('keeps objects over a COTable that grows or comes back with the same entries, and not over other ones', () => {
    const guest = new ReadyGuest();
    const table = { cid: 0, mobid: 90, type: SVGA_COTABLE.DXSHADER };
    const first = guest.drawn();
    guest.defineMob(90, 4 * PAGE);
    guest.must('DX_GROW_COTABLE', { ...table, validSizeInBytes: 2 * PAGE });
    expect(guest.drawn()?.vertex).toBe(first?.vertex);
    guest.must('DX_READBACK_COTABLE', { cid: 0, type: table.type });
    guest.must('DX_SET_COTABLE', { ...table, validSizeInBytes: 4 * PAGE });
    expect(guest.drawn()?.vertex).toBe(first?.vertex);
    guest.must('DX_SET_COTABLE', { ...table, validSizeInBytes: 0 });
    expect(guest.drawn()).toBeUndefined();
  });

  it.each<[string, (guest: ReadyGuest) => void]>([
    ['a vertex shader', (guest) => guest.must('DX_SET_SHADER', { shaderId: none, type: 1 })],
    ['its shader, which is destroyed', (guest) => guest.must('DX_DESTROY_SHADER', { shaderId: 0 })],
    ['the type of its shader', (guest) => guest.must('DX_SET_SHADER', { shaderId: 0, type: 2 })],
    ['a topology', (guest) => guest.must('DX_SET_TOPOLOGY', { topology: 0 })],
    ['the surface of its target', (guest) => guest.must('DESTROY_GB_SURFACE', { sid: TARGET })],
    ['its target', (guest) => guest.must('DX_DESTROY_RENDERTARGET_VIEW', { renderTargetViewId: 0 })],
    ['the surface of its vertex buffer', (guest) => guest.must('DESTROY_GB_SURFACE', { sid: VERTICES })],
    [
      'an input layout that it names',
      (guest) => guest.must('DX_SET_INPUT_LAYOUT', { elementLayoutId: 70_000 }),
    ],
  ])('without %s is left out and counted, and no error', (_, take) => {
    const guest = new ReadyGuest();
    take(guest);
    expect(guest.drawn()).toBeUndefined();
    expect(guest.device.statistics).toMatchObject({ draws: 0, drawsLeftOut: 1, errors: 0 });
  });

  it('takes a new surface of the same id', () => {
    const guest = new ReadyGuest();
    const first = guest.drawn();
    guest.must('DESTROY_GB_SURFACE', { sid: TARGET });
    guest.must('DESTROY_GB_MOB', { mobid: TARGET });
    guest.defineSurface({ sid: TARGET, width: 8, height: 8 }, PAGE);
    expect(guest.drawn()?.targets[0]?.surface.layout.mips[0].width).toBe(8);
    expect(first?.targets[0]?.surface.layout.mips[0].width).toBe(4);
  });

  it('is charged by its vertices: a buffer of too many of them ends', () => {
    const guest = new ReadyGuest();
    expect(guest.run('DX_DRAW', { vertexCount: 2 ** 32 - 1, startVertexLocation: 0 }).status).toBe(3);
    expect(guest.device.lastError).toMatchObject({ code: 'E2BIG' });
  });

  it('loads pending content of what it reads', () => {
    const guest = new ReadyGuest();
    guest.fillMob(guest.vertices, Uint8Array.of(1, 2, 3));
    const surface = guest.drawn()?.vertexBuffers[0]?.surface;
    expect([...(surface?.ownImage?.subarray(0, 3) ?? [])]).toEqual([1, 2, 3]);
  });

  it('refuses slots, shader types and lists that the headers do not have', () => {
    const guest = new ReadyGuest();
    const buffer = { slot: 14, type: 1, sid: VERTICES, offsetInBytes: 0, sizeInBytes: 16 };
    const refused = [
      guest.run('DX_SET_SINGLE_CONSTANT_BUFFER', buffer),
      guest.run('DX_SET_SINGLE_CONSTANT_BUFFER', { ...buffer, slot: 0, type: 7 }),
      guest.run('DX_SET_SAMPLERS', { startSampler: 15, type: 1, samplerIds: [0, 0] }),
      guest.run('DX_SET_SHADER_RESOURCES', { startView: 128, type: 1, shaderResourceViewIds: [0] }),
      guest.run('DX_SET_RENDERTARGETS', {
        depthStencilViewId: none,
        renderTargetViewIds: Array(9).fill(none),
      }),
    ];
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 3));
  });
});

/** A renderer that says late how far stream output has filled a buffer. */
class LateStreams extends RecordingDraws {
  #late: RenderSurface | undefined;

  override draw(state: PipelineState, call: DrawCall): undefined {
    super.draw(state, call);
    this.#late = state.streamOutput?.targets[0]?.surface;
  }

  streamNeeded(surface: RenderSurface): PromiseLike<void> | undefined {
    if (surface !== this.#late) {
      return undefined;
    }
    return Promise.resolve().then(() => {
      surface.streamedBytes = 112;
      this.#late = undefined;
    });
  }
}

function streaming(renderer?: RecordingDraws): ReadyGuest {
  const guest = new ReadyGuest(renderer);
  const decl = [{ outputSlot: 0, registerIndex: 2, registerMask: 15, stream: 0 }];
  guest.must('DX_DEFINE_STREAMOUTPUT', {
    soid: 0,
    numOutputStreamEntries: 1,
    decl,
    streamOutputStrideInBytes: [16, 0, 0, 0],
    rasterizedStream: 0,
  });
  guest.must('DX_SET_STREAMOUTPUT', { soid: 0 });
  guest.must('DX_SET_SOTARGETS', { targets: [{ sid: VERTICES, offset: 64, sizeInBytes: 96 }] });
  return guest;
}

describe('stream output', () => {
  it('goes to its targets, behind what the draw before has written', () => {
    const guest = streaming();
    expect(guest.drawn()?.streamOutput).toMatchObject({
      layout: { elements: [{ buffer: 0, register: 2, mask: 15 }], strides: [16, 0, 0, 0] },
      targets: [{ offset: 64, size: 96, appends: false }, undefined, undefined, undefined],
    });
    expect(guest.drawn()?.streamOutput?.targets[0]).toMatchObject({ offset: 0, size: 160, appends: true });
    expect(guest.drawn()?.streamOutput?.targets[0]).toMatchObject({ offset: 0, size: 160, appends: true });
  });

  it('goes on after a snapshot where it was, once the renderer has said where that is', async () => {
    const guest = streaming(new LateStreams());
    guest.drawn();
    expect(() => guest.device.snapshot()).toThrow(expect.objectContaining({ code: 'EBUSY' }));
    await guest.device.settle();
    const snapshot = guest.device.snapshot();
    guest.device.restore(snapshot);
    expect(guest.drawn()?.streamOutput?.targets[0]).toMatchObject({
      appends: true,
      surface: { streamedBytes: 112 },
    });
    const damaged = Buffer.from(snapshot);
    damaged.write('999', damaged.indexOf('"streamedBytes":112') + '"streamedBytes":'.length);
    expect(() => guest.device.restore(damaged)).toThrow(expect.objectContaining({ code: 'EBADMSG' }));
  });
});

describe('sizes of buffers', () => {
  it('are those that the second version of the commands states; the first has all of the surface', () => {
    const guest = new ReadyGuest();
    const range = { stride: 8, offset: 4, sizeInBytes: 24 };
    guest.must('DX_SET_VERTEX_BUFFERS_V2', { startBuffer: 0, buffers: [{ sid: VERTICES, ...range }] });
    expect(ends(guest.drawn())).toEqual([28, undefined]);
    const buffers = [{ ...range, sizeInBytes: 9999 }];
    guest.must('DX_SET_VERTEX_BUFFERS_OFFSET_AND_SIZE', { startBuffer: 0, buffers });
    expect(ends(guest.drawn())).toEqual([256, undefined]);
    const indices = { sid: VERTICES, format: R16_UINT, offset: 2, sizeInBytes: 6 };
    guest.must('DX_SET_INDEX_BUFFER_V2', indices);
    expect(ends(guest.drawn())).toEqual([256, 8]);
    guest.must('DX_SET_INDEX_BUFFER_OFFSET_AND_SIZE', { format: R16_UINT, offset: 2, sizeInBytes: 0 });
    expect(ends(guest.drawn())).toEqual([256, 2]);
    guest.must('DX_SET_VERTEX_BUFFERS', {
      startBuffer: 0,
      buffers: [{ sid: VERTICES, stride: 8, offset: 4 }],
    });
    guest.must('DX_SET_INDEX_BUFFER', { sid: VERTICES, format: R16_UINT, offset: 2 });
    expect(ends(guest.drawn())).toEqual([256, 256]);
  });
});

/** Where the first vertex buffer and the index buffer end. */
function ends(state: PipelineState | undefined): (number | undefined)[] {
  return [state?.vertexBuffers[0], state?.indexBuffer].map((buffer) => buffer && bufferEnd(buffer));
}

describe('a query', () => {
  it('counts the draws of its context', () => {
    const guest = new ReadyGuest();
    guest.defineQuery(0);
    guest.must('DX_BEGIN_QUERY', { queryId: 0 });
    guest.drawn();
    expect(guest.renderer.draws.at(-1)?.queries).toMatchObject([{ type: 0 }]);
    guest.must('DX_END_QUERY', { queryId: 0 });
    guest.drawn();
    expect(guest.renderer.draws.at(-1)?.queries).toEqual([]);
  });

  it.each([
    ['OCCLUSION', 0, [7], [1, 7]],
    ['TIMESTAMP', 1, [2 ** 33 + 5], [1, 5, 2]],
    ['TIMESTAMPDISJOINT', 2, [1000, 1], [1, 1000, 0, 1]],
    ['OCCLUSIONPREDICATE', 4, [1], [1, 1]],
    ['STREAMOUTPUTSTATS', 5, [3, 4], [1, 3, 0, 4, 0]],
    ['OCCLUSION64', 7, [9], [1, 9, 0]],
    ['PIPELINESTATS', 3, [6, 2], [1, 6, 0, 2, 0, ...Array.from({ length: 18 }, () => 0)]],
    ['PIPELINESTATS, which nothing counts', 3, undefined, [2]],
  ])('%s has its state and result in its MOB when it has ended', (_, type, result, words) => {
    class Counting extends RecordingDraws {
      override endQuery(query: RenderQuery): readonly number[] {
        super.endQuery(query);
        return result as unknown as readonly number[];
      }
    }
    const guest = new ReadyGuest(new Counting());
    guest.defineQuery(type);
    guest.must('DX_BEGIN_QUERY', { queryId: 0 });
    guest.must('DX_END_QUERY', { queryId: 0 });
    const bytes = guest.readMob(guest.queries, 4 + 4 * words.length);
    expect([...new Uint32Array(bytes.slice(4).buffer)]).toEqual(words);
  });

  it.each([
    [0, 0, 0],
    [0, 1, 1],
    [5, 0, 1],
    [5, 1, 0],
  ])('of %i samples, predicated on %i, lets %i draws happen', (samples, predicateValue, draws) => {
    class Counting extends RecordingDraws {
      override endQuery(): readonly number[] {
        return [samples];
      }
    }
    const guest = new ReadyGuest(new Counting());
    guest.defineQuery(4);
    guest.must('DX_BEGIN_QUERY', { queryId: 0 });
    guest.must('DX_END_QUERY', { queryId: 0 });
    guest.must('DX_SET_PREDICATION', { queryId: 0, predicateValue });
    guest.drawn();
    expect(guest.device.statistics.draws).toBe(draws);
    guest.must('DX_SET_PREDICATION', { queryId: none, predicateValue });
    guest.drawn();
    expect(guest.device.statistics.draws).toBe(draws + 1);
  });

  it('that is outside its MOB, or has none of its id, is refused', () => {
    const guest = new ReadyGuest();
    guest.defineQuery(0);
    guest.must('DX_SET_QUERY_OFFSET', { queryId: 0, mobOffset: PAGE - 4 });
    expect(guest.run('DX_END_QUERY', { queryId: 0 }).status).toBe(3);
    expect(guest.run('DX_BEGIN_QUERY', { queryId: 70_000 }).status).toBe(3);
  });
});

describe('a snapshot', () => {
  it('holds the state of draws, and shaders as they were read', () => {
    const guest = new ReadyGuest();
    guest.drawn();
    guest.fillMob(guest.code, Uint8Array.of(0xff));
    const snapshot = guest.device.snapshot();
    guest.must('DX_SET_SHADER', { shaderId: none, type: 1 });
    guest.device.restore(snapshot);
    expect(guest.renderer.calls).toContain('reset');
    expect(guest.drawn()?.vertex.shader.tokens).toEqual(passVertex);
  });
});

describe('capabilities', () => {
  const floatOne = 0x3f80_0000;

  function capabilities(renderer?: RecordingDraws): (name: keyof typeof SVGA3D_DEVCAP) => number {
    const guest = new DxGuest(renderer === undefined ? { dx: true, sm41: true } : {}, 64, renderer);
    return (name) => {
      guest.writeRegister(SVGA_REG.DEV_CAP, SVGA3D_DEVCAP[name]);
      return guest.readRegister(SVGA_REG.DEV_CAP);
    };
  }

  it('follow a renderer that draws', () => {
    const renderer = new RecordingDraws();
    const guest = new DxGuest({}, 64, renderer);
    const bits = guest.readRegister(SVGA_REG.CAPABILITIES);
    expect(bits & SVGA_CAP['3D']).toBe(SVGA_CAP['3D']);
    const capability = capabilities(renderer);
    expect(capability('DXFMT_B8G8R8A8_UNORM')).toBe(0x37f); // all but a volume, as it can be depth, too
    expect(capability('MAX_VOLUME_EXTENT')).toBe(2048);
    expect(capability('MAX_TEXTURE_ARRAY_SIZE')).toBe(256);
    expect([capability('SM41'), capability('MULTISAMPLE_2X'), capability('MULTISAMPLE_4X')]).toEqual([
      1, 0, 1,
    ]);
    expect([capability('DX_PROVOKING_VERTEX'), capability('LOGIC_BLENDOPS'), capability('SM5')]).toEqual([
      0, 0, 0,
    ]);
    expect([capability('MAX_LINE_WIDTH'), capability('MAX_POINT_SIZE')]).toEqual([floatOne, floatOne]);
  });

  it('without one are those of a device that stores', () => {
    const capability = capabilities();
    expect(capability('DXFMT_B8G8R8A8_UNORM')).toBe(0x2e1);
    expect([capability('MULTISAMPLE_2X'), capability('MAX_LINE_WIDTH')]).toEqual([1, 0]);
  });

  it('SM5 is not rendered', () => {
    const memory = { bytes: PAGE, view: () => new Uint8Array(0) };
    const host = { memory, setInterrupt: () => {}, renderer: new RecordingDraws() };
    expect(() => new SvgaDevice(host, { dx: true, sm41: true, sm5: true })).toThrow('shader model 5');
  });
});
