import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { draw, setUpContexts, square, targetView } from '../contexts.fixture.js';
import { FaultInjection } from '../fault-injection.js';

const NONE = SVGA3D_INVALID_ID;
const error = (code: string, facts: object = {}) =>
  expect.objectContaining({ code, facts: expect.objectContaining(facts) as object }) as Error;

const vertexShader = { shaderId: 0, type: 1, sizeInBytes: 100 };
const bindShader = (mobid: number, offsetInBytes = 0) => ({ cid: NONE, shid: 0, mobid, offsetInBytes });

describe('shaders of DX contexts', () => {
  function withShader() {
    const set = setUpContexts();
    const { handle: code } = set.file.createBuffer(4096);
    set
      .submit((writer) => {
        writer.write('DX_DEFINE_SHADER', vertexShader);
        writer.write('DX_BIND_SHADER', bindShader(code, 512));
        writer.write('DX_SET_SHADER', { shaderId: 0, type: 1 });
      })
      .wait();
    return { ...set, code };
  }

  it('keep their bytecode’s buffer object, and give it up when they go', () => {
    const { file, code, send, driver } = withShader();
    file.closeHandle(code);
    send('DX_DRAW', draw).wait();
    const used = driver.state.graphicsMemory.used;
    send('DX_DESTROY_SHADER', { shaderId: 0 }).wait();
    expect(driver.state.graphicsMemory.used).toBe(used - 4096);
    expect(() => send('DX_SET_SHADER', { shaderId: 0, type: 1 })).toThrow(error('ENOENT', { id: 0 }));
  });

  it('6.5: are bound again for the next draw where their buffer object was off the device', () => {
    const set = withShader();
    const { send, counts, device } = set;
    set.evictAll();
    send('DX_DRAW', draw).wait();
    expect([counts().DX_BIND_SHADER, counts().DX_SET_SHADER]).toEqual([3, 2]);
    send('DX_DRAW', draw).wait();
    expect([counts().DX_BIND_SHADER, counts().DX_SET_SHADER]).toEqual([3, 2]);
    expect(device.statistics.errors).toBe(0);
  });

  it('1.5: are defined anew where the device has refused to', () => {
    const faults = new FaultInjection();
    const { file, send, submit, device, counts } = setUpContexts({ faults });
    const { handle: code } = file.createBuffer(4096);
    send('DX_SET_TOPOLOGY', { topology: 1 }).wait();
    send('DX_DEFINE_SHADER', { ...vertexShader, shaderId: 1 }).wait();
    faults.fail('device-error');
    expect(() => send('DX_DEFINE_SHADER', vertexShader)).toThrow(error('EIO'));
    expect(counts().DX_DEFINE_SHADER).toBe(1);
    const { errors } = device.statistics;
    submit((writer) => {
      writer.write('DX_BIND_SHADER', bindShader(code));
      writer.write('DX_SET_SHADER', { shaderId: 0, type: 1 });
      writer.write('DX_DRAW', draw);
    }).wait();
    expect([counts().DX_DEFINE_SHADER, device.statistics.errors]).toEqual([2, errors]);
  });

  it('move to another buffer object, for the whole context', () => {
    const { send, file, code, counts, driver } = withShader();
    const { handle: other } = file.createBuffer(4096);
    send('DX_BIND_SHADER', bindShader(other)).wait();
    const used = driver.state.graphicsMemory.used;
    file.closeHandle(code);
    expect(driver.state.graphicsMemory.used).toBe(used - 4096);
    send('DX_DRAW', draw).wait();
    expect(counts().DX_BIND_SHADER).toBe(2);
  });

  it('6.5: give a buffer object up once that nobody else keeps, and have it back where the submission fails', () => {
    const { send, submit, file, code, driver, memory } = withShader();
    file.closeHandle(code);
    const { handle: other } = file.createBuffer(4096);
    const before = [driver.state.graphicsMemory.used, memory.freeFrames];
    expect(() =>
      submit((writer) => {
        writer.write('DX_BIND_SHADER', bindShader(other));
        writer.write('DX_BIND_SHADER', { ...bindShader(other), shid: 7 });
      }),
    ).toThrow(error('ENOENT', { id: 7 }));
    expect([driver.state.graphicsMemory.used, memory.freeFrames]).toEqual(before);
    send('DX_DRAW', draw).wait();
    send('DX_BIND_SHADER', bindShader(other)).wait();
    expect([driver.state.graphicsMemory.used, memory.freeFrames]).toEqual([before[0], before[1] + 1]);
  });

  it.each([
    ['a place that leaves the buffer object', 'DX_BIND_SHADER', { offsetInBytes: 4000 }, 'EINVAL'],
    ['another context than the submission’s', 'DX_BIND_SHADER', { cid: 'other' }, 'EINVAL'],
    ['an id that is taken', 'DX_DEFINE_SHADER', {}, 'EINVAL'],
    ['no bytes', 'DX_DEFINE_SHADER', { shaderId: 1, sizeInBytes: 0 }, 'EINVAL'],
    ['a type that there is not', 'DX_DEFINE_SHADER', { shaderId: 1, type: 7 }, 'EINVAL'],
    ['a slot of another type', 'DX_SET_SHADER', { type: 2 }, 'EINVAL'],
  ] as const)('are refused: %s', (_, name, change, code) => {
    const set = withShader();
    const other = set.file.createContext({ kind: 'dx' });
    const good = { ...vertexShader, ...bindShader(set.code), ...change };
    const fields = 'cid' in change ? { ...good, cid: other } : good;
    expect(() => set.send(name as 'DX_SET_SHADER', fields as never)).toThrow(error(code, { command: name }));
  });
});

describe('queries of DX contexts', () => {
  const STATE_FAILED = 2;

  function withQuery() {
    const set = setUpContexts();
    const { file, addressSpace, submit } = set;
    const { handle: results } = file.createBuffer(4096);
    const { start } = file.mapBuffer(results, addressSpace);
    submit((writer) => {
      writer.write('DX_DEFINE_QUERY', { queryId: 6, type: 0, flags: 0 });
      writer.write('DX_BIND_QUERY', { queryId: 6, mobid: results });
      writer.write('DX_SET_QUERY_OFFSET', { queryId: 6, mobOffset: 40 });
    }).wait();
    return { ...set, results, start };
  }

  it('1.2: answer in the context’s buffer object, where the CPU sees it behind the fence', () => {
    const { cpu, send, start } = withQuery();
    cpu.store32(start + 40, 77);
    send('DX_BEGIN_QUERY', { queryId: 6 }).wait();
    expect(cpu.load32(start + 40)).toBe(77);
    send('DX_END_QUERY', { queryId: 6 }).wait();
    expect(cpu.load32(start + 40)).toBe(STATE_FAILED);
  });

  it('6.5: answer there also where it was off the device meanwhile', () => {
    const set = withQuery();
    const { cpu, send, start, counts, device } = set;
    set.evictAll();
    // Other buffer objects take the context's former MOB ids.
    set.crowdOut();
    send('DX_END_QUERY', { queryId: 6 }).wait();
    expect(cpu.load32(start + 40)).toBe(STATE_FAILED);
    expect([counts().DX_READBACK_ALL_QUERY, counts().DX_BIND_ALL_QUERY]).toEqual([0, 2]);
    set.evictAll();
    expect([counts().DX_READBACK_ALL_QUERY, device.statistics.errors]).toEqual([1, 0]);
  });

  it('of a tracked buffer object are news to the coherent surface that lies there', () => {
    const { file, submit, addressSpace, cpu, device } = setUpContexts();
    const { handle: results } = file.createBuffer(64 * 64 * 4);
    const surface = file.createSurface({ ...square, coherent: true, backing: { buffer: results } }).handle;
    const { start } = file.mapSurface(surface, addressSpace);
    const use = () => submit((writer) => writer.write('DX_SET_MIN_LOD', { sid: surface, minLOD: 0 })).wait();
    use();
    submit((writer) => {
      writer.write('DX_DEFINE_QUERY', { queryId: 0, type: 0, flags: 0 });
      writer.write('DX_MOVE_QUERY', { queryId: 0, mobid: results, mobOffset: 400 });
      writer.write('DX_END_QUERY', { queryId: 0 });
    }).wait();
    use();
    expect(device.image(file.deviceId(surface), 0)![400]).toBe(STATE_FAILED);
    expect(cpu.load32(start + 400)).toBe(STATE_FAILED);
  });

  it.each([
    ['no place for its result', 'DX_END_QUERY', 0, 'EINVAL'],
    ['a place that leaves the buffer object', 'DX_SET_QUERY_OFFSET', 6, 'EINVAL'],
    ['an id that is taken', 'DX_DEFINE_QUERY', 6, 'EINVAL'],
    ['an id that is nobody’s', 'DX_BEGIN_QUERY', 7, 'ENOENT'],
    ['a second buffer object', 'DX_BIND_QUERY', 6, 'EINVAL'],
  ] as const)('are refused: %s', (_, name, queryId, code) => {
    const { send, file } = withQuery();
    send('DX_DEFINE_QUERY', { queryId: 0, type: 4, flags: 0 }).wait();
    const mobid = file.createBuffer(4096).handle;
    const fields = { queryId, type: 0, flags: 0, mobOffset: 4090, mobid };
    expect(() => send(name as 'DX_BEGIN_QUERY', fields)).toThrow(error(code, { command: name }));
  });

  it('EINVAL: a buffer object takes the results of one context', () => {
    const { file, results, submit } = withQuery();
    const other = file.createContext({ kind: 'dx' });
    expect(() =>
      submit((writer) => {
        writer.write('DX_DEFINE_QUERY', { queryId: 0, type: 0, flags: 0 });
        writer.write('DX_BIND_QUERY', { queryId: 0, mobid: results });
      }, other),
    ).toThrow(error('EINVAL', { command: 'DX_BIND_QUERY' }));
  });
});

describe('stream outputs', () => {
  it('6.5: with declarations in a buffer object are bound again for the next draw', () => {
    const set = setUpContexts();
    const { file, submit, send, counts, device, canvas } = set;
    const { handle: declarations } = file.createBuffer(4096);
    const target = canvas().handle;
    const definition = {
      soid: 2,
      numOutputStreamEntries: 1,
      numOutputStreamStrides: 1,
      streamOutputStrideInBytes: [16, 0, 0, 0],
      rasterizedStream: 0,
    };
    submit((writer) => {
      writer.write('DX_DEFINE_STREAMOUTPUT_WITH_MOB', definition);
      const place = { mobid: declarations, offsetInBytes: 0, sizeInBytes: 64 };
      writer.write('DX_BIND_STREAMOUTPUT', { soid: 2, ...place });
      writer.write('DX_SET_STREAMOUTPUT', { soid: 2 });
      writer.write('DX_DEFINE_RENDERTARGET_VIEW', targetView(0, target));
    }).wait();
    set.evictAll();
    send('DX_DRAW', draw).wait();
    expect([counts().DX_BIND_STREAMOUTPUT, counts().DX_SET_STREAMOUTPUT]).toEqual([2, 2]);
    expect(device.statistics.errors).toBe(0);
  });
});
