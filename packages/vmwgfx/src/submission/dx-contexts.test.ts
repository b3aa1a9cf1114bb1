import { encodeCommand, renderTargetViewEntry, SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import {
  draw,
  RED,
  red,
  resourceView,
  setUpContexts,
  square,
  SQUARE_BYTES,
  targetView,
  wholeView,
} from '../contexts.fixture.js';
import { unmapAll } from '../driver.fixture.js';
import { FaultInjection } from '../fault-injection.js';

const NONE = SVGA3D_INVALID_ID;

const error = (code: string, facts: object = {}) =>
  expect.objectContaining({ code, facts: expect.objectContaining(facts) as object }) as Error;

/** Whether it succeeded; it may fail by an injected failure, or with a code that the caller allows. */
function done(act: () => { wait(): void }, ...allowed: string[]): boolean {
  try {
    act().wait();
    return true;
  } catch (thrown) {
    expect(['ENOMEM', 'EIO', ...allowed]).toContain((thrown as { code: string }).code);
    return false;
  }
}

const clear = { renderTargetViewId: 3, ...red };

/** A coherent square with render target view 3. */
function withTarget(options: Parameters<typeof setUpContexts>[0] = {}) {
  const set = setUpContexts(options);
  const { handle, start } = set.canvas();
  set.send('DX_DEFINE_RENDERTARGET_VIEW', targetView(3, handle)).wait();
  return { ...set, handle, start };
}

const targets = (...renderTargetViewIds: number[]) => ({ depthStencilViewId: NONE, renderTargetViewIds });

describe('views', () => {
  it('1.2, 6.2: a clear through one writes its surface, and the CPU sees it', () => {
    const { cpu, submit, canvas } = setUpContexts();
    const { handle, start } = canvas();
    cpu.store32(start, 0x11223344);
    submit((writer) => {
      writer.write('DX_DEFINE_RENDERTARGET_VIEW', targetView(3, handle));
      writer.write('DX_CLEAR_RENDERTARGET_VIEW', clear);
    }).wait();
    expect([cpu.load32(start), cpu.load32(start + SQUARE_BYTES - 4)]).toEqual([RED, RED]);
  });

  it('1.1: what the CPU has stored since is on the device after the next use, and no more is sent', () => {
    const { cpu, send, handle, start, file, device } = withTarget();
    send('DX_CLEAR_RENDERTARGET_VIEW', clear).wait();
    cpu.store32(start + 8, 7);
    send('DX_SET_RENDERTARGETS', targets(3)).wait();
    const image = new Uint32Array(device.image(file.deviceId(handle), 0)!.slice().buffer);
    expect([image[1], image[2], image[3]]).toEqual([RED, 7, RED]);
    expect(file.statistics(handle).readBacks).toBe(1);
  });

  it.each([
    ['DX_CLEAR_DEPTHSTENCIL_VIEW', 'DEPTH24'],
    ['DX_CLEAR_UA_VIEW_UINT', 'UA'],
    ['DX_CLEAR_UA_VIEW_FLOAT', 'UA'],
    ['DX_GENMIPS', 'SR'],
  ])('1.2: %s writes the surface of its view', (name, kind) => {
    const { cpu, submit, file, addressSpace } = setUpContexts();
    const wanted = { ...square, format: kind === 'DEPTH24' ? 80 : 2, mipLevels: 2, coherent: true };
    const { handle } = file.createSurface(wanted);
    const { start } = file.mapSurface(handle, addressSpace);
    cpu.store32(start, 0x01020304);
    submit((writer) => {
      if (kind === 'DEPTH24') {
        const view = { depthStencilViewId: 200, ...wholeView(handle), format: 80, flags: 0 };
        writer.write('DX_DEFINE_DEPTHSTENCIL_VIEW', view);
        writer.write('DX_CLEAR_DEPTHSTENCIL_VIEW', {
          flags: 6,
          stencil: 0x42,
          depthStencilViewId: 200,
          depth: 1,
        });
      } else if (kind === 'UA') {
        writer.write('DX_DEFINE_UA_VIEW', { uaViewId: 70, ...wholeView(handle) });
        const value = { valueR: 1, valueG: 1, valueB: 1, valueA: 1 };
        writer.write(name as 'DX_CLEAR_UA_VIEW_UINT', { uaViewId: 70, ...value });
      } else {
        writer.write('DX_DEFINE_SHADERRESOURCE_VIEW', { ...resourceView(1, handle), mipLevels: 2 });
        writer.write('DX_GENMIPS', { shaderResourceViewId: 1 });
      }
    }).wait();
    const seen = kind === 'SR' ? cpu.load32(start + SQUARE_BYTES) : cpu.load32(start);
    const right = {
      DEPTH24: 0x42ffffff,
      UA: name.endsWith('UINT') ? 0x01010101 : 0xffffffff,
      SR: 0x01010101,
    };
    expect(kind === 'SR' ? seen !== 0 : seen === right[kind as 'UA'], seen.toString(16)).toBe(true);
  });

  it('keep their surface: it goes with the last view, not with its handle', () => {
    const { file, handle, send, counts } = withTarget();
    file.closeHandle(handle);
    expect(counts().DESTROY_GB_SURFACE).toBe(0);
    send('DX_CLEAR_RENDERTARGET_VIEW', clear).wait();
    send('DX_DESTROY_RENDERTARGET_VIEW', { renderTargetViewId: 3 }).wait();
    expect(counts().DESTROY_GB_SURFACE).toBe(1);
    expect(() => send('DX_CLEAR_RENDERTARGET_VIEW', clear)).toThrow(error('ENOENT', { id: 3 }));
  });

  it('go with their context, and their surfaces with them', () => {
    const { file, handle, context, counts, driver, cid, addressSpace } = withTarget();
    file.closeHandle(handle);
    file.closeHandle(context!);
    file.closeHandle(cid);
    expect([counts().DX_DESTROY_CONTEXT, counts().DESTROY_GB_SURFACE]).toEqual([1, 1]);
    unmapAll(addressSpace);
    expect([driver.state.graphicsMemory.used, driver.state.account.used]).toEqual([0, 0]);
  });

  it('1.5: are defined anew where the device has refused to', () => {
    const faults = new FaultInjection();
    const { send, canvas, file, cpu, context } = setUpContexts({ faults });
    const { handle, start } = canvas();
    file.submit(new Uint8Array(), { context: context! }).wait();
    send('DX_SET_MIN_LOD', { sid: handle, minLOD: 0 }).wait();
    faults.fail('device-error');
    expect(() => send('DX_DEFINE_RENDERTARGET_VIEW', targetView(3, handle))).toThrow(error('EIO'));
    expect(faults.count('device-error')).toBe(1);
    send('DX_CLEAR_RENDERTARGET_VIEW', clear).wait();
    expect(cpu.load32(start)).toBe(RED);
  });

  it('are defined anew where their surface was off the device, under the id it has then', () => {
    const { file, handle, start, send, cpu, device, crowdOut } = withTarget({ maxObjects: 20 });
    send('DX_SET_RENDERTARGETS', targets(3)).wait();
    const before = file.deviceId(handle);
    // Fills the surface ids, and keeps the most recently used ones.
    const others = crowdOut();
    expect(file.deviceId(handle)).toBe(NONE);
    send('DX_CLEAR_RENDERTARGET_VIEW', clear).wait();
    expect(file.deviceId(handle)).not.toBe(before);
    expect(cpu.load32(start)).toBe(RED);
    for (const other of others.filter((one) => file.deviceId(one) !== NONE)) {
      expect(device.image(file.deviceId(other), 0)?.some((byte) => byte !== 0) ?? false).toBe(false);
    }
  });

  it.each([
    ['a surface that is nobody’s', { sid: 77 }, 'ENOENT'],
    ['a mip that is not there', { mipSlice: 1 }, 'EINVAL'],
    ['slices that are not there', { firstArraySlice: 1 }, 'EINVAL'],
    ['more slices than there are', { arraySize: 2 }, 'EINVAL'],
    ['a format of other texels', { format: 1000 }, 'EINVAL'],
    ['a format of larger texels', { format: 122 }, 'EINVAL'],
    ['a buffer, which it is not', { resourceDimension: 1 }, 'EINVAL'],
    ['an id that no table has', { renderTargetViewId: 70_000 }, 'EINVAL'],
    ['an id that is another’s', { renderTargetViewId: 3 }, 'EINVAL'],
  ])('are refused, with nothing sent: %s', (_, change, code) => {
    const { handle, send, counts } = withTarget();
    const before = JSON.stringify(counts());
    const fields = { ...targetView(4, handle), ...change };
    expect(() => send('DX_DEFINE_RENDERTARGET_VIEW', fields)).toThrow(error(code, { offset: 0 }));
    expect(JSON.stringify(counts())).toBe(before);
  });
});

describe('a submission', () => {
  it('EINVAL: needs a DX context for what is in its tables and state', () => {
    const { file, handle, cid, context } = withTarget();
    const define = encodeCommand('DX_DEFINE_RENDERTARGET_VIEW', targetView(9, handle));
    const without = { command: 'DX_DEFINE_RENDERTARGET_VIEW', offset: 0 };
    expect(() => file.submit(define)).toThrow(error('EINVAL', without));
    expect(() => file.submit(define, { context: cid })).toThrow(error('EINVAL'));
    expect(() => file.submit(define, { context: context! })).not.toThrow();
  });

  it('1.5: that is refused leaves views, bindings, shaders and queries as they were', () => {
    const { submit, send, handle, file, canvas, driver, gpuDirty } = withTarget();
    const other = canvas();
    send('DX_SET_RENDERTARGETS', targets(3)).wait();
    const { handle: buffer } = file.createBuffer(8192);
    const used = driver.state.graphicsMemory.used;
    expect(() =>
      submit((writer) => {
        writer.write('DX_DEFINE_RENDERTARGET_VIEW', targetView(4, other.handle));
        writer.write('DX_SET_RENDERTARGETS', targets(4));
        writer.write('DX_DESTROY_RENDERTARGET_VIEW', { renderTargetViewId: 3 });
        writer.write('DX_DEFINE_SHADER', { shaderId: 1, type: 1, sizeInBytes: 64 });
        writer.write('DX_BIND_SHADER', { cid: NONE, shid: 1, mobid: buffer, offsetInBytes: 0 });
        writer.write('DX_DEFINE_QUERY', { queryId: 1, type: 0, flags: 0 });
        writer.write('DX_BIND_QUERY', { queryId: 1, mobid: buffer });
        writer.write('DX_END_QUERY', { queryId: 2 });
      }),
    ).toThrow(error('ENOENT', { command: 'DX_END_QUERY', id: 2 }));
    expect(driver.state.graphicsMemory.used).toBe(used);
    file.closeHandle(buffer);
    expect(driver.state.graphicsMemory.used).toBe(used);
    expect(() => send('DX_DESTROY_RENDERTARGET_VIEW', { renderTargetViewId: 4 })).toThrow(error('ENOENT'));
    expect(() => send('DX_DESTROY_SHADER', { shaderId: 1 })).toThrow(error('ENOENT'));
    expect(() => send('DX_DESTROY_QUERY', { queryId: 1 })).toThrow(error('ENOENT'));
    send('DX_DRAW', draw).wait();
    expect([gpuDirty(handle), gpuDirty(other.handle)]).toEqual([true, false]);
  });

  it.each(['command-space', 'device-error', 'id', 'frames', 'graphics-charge'] as const)(
    '1.5: what could not be sent for %s was not done, and the next one that succeeds does it',
    (point) => {
      for (let after = 0; after < 40; after++) {
        const faults = new FaultInjection();
        const { submit, cpu, canvas, send } = setUpContexts({ faults });
        const { handle, start } = canvas();
        cpu.store32(start, 5);
        const define = () => send('DX_DEFINE_RENDERTARGET_VIEW', targetView(3, handle));
        faults.fail(point, { after });
        done(() =>
          submit((writer) => {
            writer.write('DX_DEFINE_RENDERTARGET_VIEW', targetView(3, handle));
            writer.write('DX_CLEAR_RENDERTARGET_VIEW', clear);
            writer.write('DX_DESTROY_RENDERTARGET_VIEW', { renderTargetViewId: 3 });
          }),
        );
        const struck = faults.count(point) > 0;
        faults.disarm();
        expect([5, RED], `${point} after ${after}`).toContain(cpu.load32(start));
        // The view exists where the submission ended before its last command.
        done(define, 'EINVAL');
        send('DX_CLEAR_RENDERTARGET_VIEW', clear).wait();
        expect(cpu.load32(start), `${point} after ${after}`).toBe(RED);
        if (!struck) {
          return;
        }
      }
      expect.unreachable('the point is passed less than 40 times');
    },
  );
});

describe('draws', () => {
  it('6.2: write every render target, unordered view and stream output that is bound, and read the rest', () => {
    const set = setUpContexts();
    const { submit, canvas, buffer, gpuDirty } = set;
    const written = [canvas(), canvas(), buffer()];
    const read = [canvas(), buffer(), buffer(), buffer()];
    const [target, unordered, output] = written.map(({ handle }) => handle);
    const [texture, vertices, indices, constants] = read.map(({ handle }) => handle);
    submit((writer) => {
      writer.write('DX_DEFINE_RENDERTARGET_VIEW', targetView(0, target));
      writer.write('DX_DEFINE_UA_VIEW', { uaViewId: 0, ...wholeView(unordered) });
      writer.write('DX_DEFINE_SHADERRESOURCE_VIEW', resourceView(0, texture));
      writer.write('DX_SET_RENDERTARGETS', targets(0));
      writer.write('DX_SET_UA_VIEWS', { uavSpliceIndex: 1, uaViewIds: [0] });
      writer.write('DX_SET_SOTARGETS', { targets: [{ sid: output, offset: 0, sizeInBytes: 64 }] });
      writer.write('DX_SET_SHADER_RESOURCES', { startView: 4, type: 2, shaderResourceViewIds: [0] });
      writer.write('DX_SET_VERTEX_BUFFERS', {
        startBuffer: 1,
        buffers: [{ sid: vertices, stride: 16, offset: 0 }],
      });
      writer.write('DX_SET_INDEX_BUFFER', { sid: indices, format: 52, offset: 0 });
      const constant = { slot: 0, type: 1, sid: constants, offsetInBytes: 0, sizeInBytes: 256 };
      writer.write('DX_SET_SINGLE_CONSTANT_BUFFER', constant);
    }).wait();
    expect(written.concat(read).some(({ handle }) => gpuDirty(handle))).toBe(false);
    submit((writer) => writer.write('DX_DRAW', draw)).wait();
    expect(written.map(({ handle }) => gpuDirty(handle))).toEqual([true, true, true]);
    expect(read.some(({ handle }) => gpuDirty(handle))).toBe(false);
  });

  it('1.1: upload what the CPU has stored to what they read, bound by an earlier submission', () => {
    const { cpu, send, buffer, file, device } = setUpContexts();
    const { handle, start } = buffer();
    const buffers = [{ sid: handle, stride: 16, offset: 0 }];
    send('DX_SET_VERTEX_BUFFERS', { startBuffer: 0, buffers }).wait();
    cpu.store32(start + 100, 0xabcdef);
    send('DX_DRAW', draw).wait();
    const image = device.image(file.deviceId(handle), 0)!;
    expect(new DataView(image.buffer, image.byteOffset).getUint32(100, true)).toBe(0xabcdef);
  });

  it('leave to dispatches what only those use, and the other way round', () => {
    const { submit, canvas, gpuDirty } = setUpContexts();
    const [forDraws, forDispatches] = [canvas(), canvas()].map(({ handle }) => handle);
    const dirty = () => [forDraws, forDispatches].map(gpuDirty);
    submit((writer) => {
      writer.write('DX_DEFINE_RENDERTARGET_VIEW', targetView(0, forDraws));
      writer.write('DX_DEFINE_UA_VIEW', { uaViewId: 0, ...wholeView(forDispatches) });
      writer.write('DX_SET_RENDERTARGETS', targets(0));
      writer.write('DX_SET_CS_UA_VIEWS', { startIndex: 2, uaViewIds: [0] });
      writer.write('DX_DISPATCH', { threadGroupCountX: 1, threadGroupCountY: 1, threadGroupCountZ: 1 });
    }).wait();
    expect(dirty()).toEqual([false, true]);
    submit((writer) => writer.write('DX_DRAW', draw)).wait();
    expect(dirty()).toEqual([true, true]);
  });

  it('name nothing that is dead: a slot is emptied when its buffer or view goes', () => {
    const { submit, send, buffer, canvas, file, counts, gpuDirty } = setUpContexts();
    const [vertices, target] = [buffer().handle, canvas().handle];
    submit((writer) => {
      writer.write('DX_DEFINE_RENDERTARGET_VIEW', targetView(0, target));
      writer.write('DX_SET_RENDERTARGETS', targets(0));
      writer.write('DX_SET_VERTEX_BUFFERS', {
        startBuffer: 0,
        buffers: [{ sid: vertices, stride: 4, offset: 0 }],
      });
    }).wait();
    file.closeHandle(vertices);
    expect(counts().DX_SET_VERTEX_BUFFERS).toBe(2);
    submit((writer) => {
      writer.write('DX_DESTROY_RENDERTARGET_VIEW', { renderTargetViewId: 0 });
      writer.write('DX_DRAW', draw);
    }).wait();
    expect(counts().DX_SET_RENDERTARGETS).toBe(2);
    expect(gpuDirty(target)).toBe(false);
    send('DX_DRAW', draw).wait();
    expect(counts().DX_SET_RENDERTARGETS).toBe(2);
  });

  it('find in its slot again what was off the device meanwhile', () => {
    const { send, buffer, file, counts, crowdOut } = setUpContexts({ maxObjects: 20 });
    const { handle } = buffer();
    send('DX_SET_VERTEX_BUFFERS', {
      startBuffer: 5,
      buffers: [{ sid: handle, stride: 4, offset: 8 }],
    }).wait();
    crowdOut();
    expect([file.deviceId(handle), counts().DX_SET_VERTEX_BUFFERS]).toEqual([NONE, 2]);
    send('DX_DRAW', draw).wait();
    expect(counts().DX_SET_VERTEX_BUFFERS).toBe(3);
    send('DX_DRAW', draw).wait();
    expect(counts().DX_SET_VERTEX_BUFFERS).toBe(3);
  });
});

describe('tables', () => {
  it('grow by doubling, with their entries, and are accounted for', () => {
    const { send, device, handle, start, cpu, counts, driver } = withTarget();
    const entries = 4096 / renderTargetViewEntry.bytes;
    const used = driver.state.graphicsMemory.used;
    send('DX_DEFINE_RENDERTARGET_VIEW', targetView(entries, handle)).wait();
    expect([counts().DX_READBACK_COTABLE, counts().DX_SET_COTABLE]).toEqual([1, 13]);
    expect(driver.state.graphicsMemory.used).toBe(used + 4096);
    send('DX_CLEAR_RENDERTARGET_VIEW', clear).wait();
    expect(cpu.load32(start)).toBe(RED);
    expect(device.statistics.errors).toBe(0);
  });

  it('1.5: that cannot grow stay as they are', () => {
    const faults = new FaultInjection();
    const { send, handle, start, cpu, driver } = withTarget({ faults });
    const used = driver.state.graphicsMemory.used;
    const grow = () => send('DX_DEFINE_RENDERTARGET_VIEW', targetView(1000, handle));
    const end = () => send('DX_DESTROY_RENDERTARGET_VIEW', { renderTargetViewId: 1000 });
    for (const point of ['frames', 'graphics-charge', 'command-space', 'device-error'] as const) {
      for (let after = 0; ; after++) {
        faults.fail(point, { after });
        done(grow);
        // The view also exists where only the fence after it could not be sent.
        done(end, 'ENOENT', 'EINVAL');
        const struck = faults.count(point);
        faults.disarm();
        cpu.store32(start, 1);
        send('DX_CLEAR_RENDERTARGET_VIEW', clear).wait();
        expect(cpu.load32(start), `${point} after ${after}`).toBe(RED);
        if (struck <= after) {
          break;
        }
      }
    }
    expect(driver.state.graphicsMemory.used).toBeGreaterThanOrEqual(used);
  });

  it('1.5: that could not be had at a large size are had at a small one', () => {
    const faults = new FaultInjection();
    const { send, canvas, driver } = setUpContexts({ faults });
    const { handle } = canvas();
    faults.fail('graphics-charge');
    expect(() => send('DX_DEFINE_RENDERTARGET_VIEW', targetView(60_000, handle))).toThrow(error('ENOMEM'));
    send('DX_DEFINE_RENDERTARGET_VIEW', targetView(0, handle)).wait();
    const surfaceAndContext = SQUARE_BYTES + 2 * 4096;
    expect(driver.state.graphicsMemory.used).toBe(surfaceAndContext + 11 * 4096);
  });

  it('EINVAL: what they have no entry for cannot be named', () => {
    const { send } = withTarget();
    expect(() => send('DX_SET_RASTERIZER_STATE', { rasterizerId: 5000 })).toThrow(
      error('EINVAL', { id: 5000 }),
    );
    expect(() => send('DX_DESTROY_BLEND_STATE', { blendId: 5000 })).toThrow(error('EINVAL', { id: 5000 }));
    send('DX_SET_RASTERIZER_STATE', { rasterizerId: NONE }).wait();
  });
});

describe('eviction', () => {
  it('6.5: of a context and its tables loses nothing', () => {
    const { send, start, cpu, device, driver, submit, evictAll } = withTarget();
    submit((writer) => {
      writer.write('DX_SET_RENDERTARGETS', targets(3));
      writer.write('DX_SET_TOPOLOGY', { topology: 1 });
    }).wait();
    for (let round = 1; round <= 2; round++) {
      evictAll();
      expect(driver.state.graphicsMemory.used).toBe(0);
      cpu.store32(start, round);
      send('DX_CLEAR_RENDERTARGET_VIEW', clear).wait();
      expect(cpu.load32(start)).toBe(RED);
      send('DX_DRAW', draw).wait();
    }
    const { DX_READBACK_CONTEXT, DX_BIND_CONTEXT, DX_SET_RENDERTARGETS } = device.statistics.perCommand;
    expect([DX_READBACK_CONTEXT, DX_BIND_CONTEXT, DX_SET_RENDERTARGETS]).toEqual([2, 5, 3]);
    expect(device.statistics.errors).toBe(0);
  });

  it('of what is in slots is made good without what commands of the submission are still to define', () => {
    const { submit, canvas, driver, evictAll } = withTarget();
    submit((writer) => writer.write('DX_SET_RENDERTARGETS', targets(NONE, 3))).wait();
    evictAll();
    driver.state.surfacesOnDevice.candidates().forEach((candidate) => candidate.evict());
    const ids: (readonly number[])[] = [];
    driver.state.events.listen((event) => {
      if (event.kind === 'command-emitted' && event.command === 'DX_SET_RENDERTARGETS') {
        ids.push((event.fields as ReturnType<typeof targets>).renderTargetViewIds.slice(0, 2));
      }
    });
    submit((writer) => {
      writer.write('DX_DEFINE_RENDERTARGET_VIEW', targetView(4, canvas().handle));
      writer.write('DX_SET_RENDERTARGETS', targets(4));
      writer.write('DX_DRAW', draw);
    }).wait();
    // Emptied of what was destroyed, filled again for the draw, and only then the user's own.
    expect(ids).toEqual([[NONE, NONE], [NONE, 3], [4]]);
  });
});
