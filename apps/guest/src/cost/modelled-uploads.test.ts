import { Machine } from '@cg/machine';
import { formatByName } from '@cg/surface-layout';
import { encodeCommand } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { ModelledUploads } from './modelled-uploads.js';

const PAGE = 4096;
const BUFFER = formatByName('BUFFER')!.id;
const TEXTURE = formatByName('R8G8B8A8_UNORM')!.id;

/** A driver of ours as the guest's, whose uploads the model has to repeat. */
function guestWith(shape: { format: number; width: number; height: number; mipLevels?: number }) {
  const machine = new Machine({ cpus: 1, memoryBytes: 2 ** 24, device: { dx: true } });
  const model = new ModelledUploads(machine.device);
  const { file, ...process } = machine.spawn();
  const { handle } = file.createSurface({ ...shape, coherent: true });
  const target = file.createSurface(shape).handle;
  const { start } = file.mapSurface(handle, process.addressSpace);
  const copies = Array.from({ length: shape.mipLevels ?? 1 }, (_, mip) => {
    const [w, h] = [shape.width >> mip, shape.height >> mip];
    const box = { x: 0, y: 0, z: 0, w, h, d: 1, srcx: 0, srcy: 0, srcz: 0 };
    const ids = { srcSid: handle, srcFace: 0, srcMipmap: mip, destSid: target, destFace: 0, destMipmap: mip };
    return encodeCommand('SURFACE_COPY', { ...ids, boxes: [box] });
  });
  // A subresource that no command has used yet has content that the device takes at the first use.
  const use =
    shape.format === BUFFER
      ? encodeCommand('DX_BUFFER_COPY', { src: handle, dest: target, srcX: 0, destX: 0, width: 1 })
      : Buffer.concat(copies);
  const submit = (): number => {
    const before = machine.device.statistics.bytesUploaded;
    file.submit(use).wait();
    return machine.device.statistics.bytesUploaded - before;
  };
  const store = (offset: number, ...bytes: number[]): void =>
    machine.cpus[0].storeBytes(start + offset, Uint8Array.from(bytes));
  submit();
  model.take();
  return { model, submit, store, close: () => file.closeHandle(handle) };
}

describe('the model of our driver', () => {
  it('uploads for a buffer what the driver in the guest uploads: whole pages', () => {
    const { model, submit, store } = guestWith({ format: BUFFER, width: 4 * PAGE, height: 1 });
    store(10, 1, 2, 3);
    store(PAGE + 5, 4);
    expect(submit()).toBe(2 * PAGE);
    expect(model.take()).toEqual({ changed: 4, modelled: 2 * PAGE });
    expect(model.take()).toEqual({ changed: 0, modelled: 0 });
  });

  it('uploads for a texture the rows of its pages, in each mip', () => {
    const { model, submit, store } = guestWith({ format: TEXTURE, width: 64, height: 64, mipLevels: 3 });
    for (const offset of [PAGE, 16_384 + 8]) {
      store(offset, 1, 2);
    }
    const uploaded = submit();
    expect(uploaded).toBeGreaterThan(0);
    expect(model.take()).toEqual({ changed: 4, modelled: uploaded });
  });

  it('does not see a store of the value that is there', () => {
    const { model, submit, store } = guestWith({ format: BUFFER, width: 2 * PAGE, height: 1 });
    store(0, 5);
    store(PAGE, 6);
    submit();
    model.take();
    store(0, 5);
    store(PAGE, 7);
    expect(submit()).toBe(2 * PAGE);
    expect(model.take()).toEqual({ changed: 1, modelled: PAGE });
  });

  it('forgets a surface that is destroyed, and hears nothing more once it is stopped', () => {
    const { model, submit, store, close } = guestWith({ format: BUFFER, width: PAGE, height: 1 });
    model.stop();
    store(0, 1);
    submit();
    expect(model.take()).toEqual({ changed: 0, modelled: 0 });
    close();
  });
});
