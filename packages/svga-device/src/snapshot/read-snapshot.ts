import { SvgaDeviceError } from '../errors.js';
import { SVGA_CB_HEADER_BYTES } from '../protocol/command-buffer-header.js';
import { isInMemory } from '../memory/guest-memory.js';
import type { DeviceParts, DeviceTime } from './device-parts.js';
import { readObjects } from './read-objects.js';
import { decodeSnapshot } from './snapshot-format.js';
import { SnapshotValues } from './snapshot-values.js';

function readFront(values: SnapshotValues, { registers, interrupts, fences }: DeviceParts): void {
  const saved = values.record('registers');
  registers.id = saved.count('id');
  registers.index = saved.count('index');
  registers.capabilityIndex = saved.count('capabilityIndex');
  saved.words('values', registers.values);
  saved.words('storage', registers.storage);
  registers.displays.selected = saved.count('display');
  saved.words('displays', registers.displays.attributes);
  const lines = values.record('interrupts');
  interrupts.restore(lines.count('status'), lines.count('mask'));
  const passed = values.record('fences');
  fences.last = passed.count('last');
  fences.goal = passed.count('goal');
}

function readQueues(values: SnapshotValues, { buffers, objects }: DeviceParts): void {
  const queues = values.list('queues', (queue) => {
    const waiting = queue.list('waiting', (buffer) => {
      const address = buffer.count('address', Number.MAX_SAFE_INTEGER);
      if (!isInMemory(objects.memory, address, SVGA_CB_HEADER_BYTES)) {
        throw new SvgaDeviceError('EBADMSG', 'snapshot has a command buffer outside memory', { address });
      }
      return { address, due: buffer.time('due') };
    });
    return { started: queue.flag('started'), waiting };
  });
  if (queues.length !== buffers.queues.length) {
    throw new SvgaDeviceError('EBADMSG', 'snapshot has other contexts', { contexts: queues.length });
  }
  queues.forEach(({ started, waiting }, context) => {
    const queue = buffers.queues[context];
    queue.started = started;
    if (!waiting.every((buffer) => queue.push(buffer))) {
      throw new SvgaDeviceError('EBADMSG', 'snapshot has too many command buffers', { context });
    }
  });
}

/**
 * Puts the state of a snapshot into a device that has just been reset. What a guest could not have made,
 * because the device's limits do not allow it, is refused.
 * @throws SvgaDeviceError, SurfaceLayoutError; the device may be anything then, short of broken
 */
export function readSnapshot(snapshot: Uint8Array, parts: DeviceParts): DeviceTime {
  const { state, blobs } = decodeSnapshot(snapshot);
  const values = new SnapshotValues(state, blobs);
  const fifo = values.blob('fifo', parts.fifo.byteLength);
  const vram = values.optionalBlob('vram', parts.limits.vramBytes);
  readFront(values, parts);
  readQueues(values, parts);
  readObjects(values.record('objects'), parts.objects);
  new Uint8Array(parts.fifo.buffer).set(fifo);
  if (vram !== undefined) {
    parts.vram().set(vram);
  } else if (parts.hasVram) {
    parts.vram().fill(0);
  }
  return { now: values.time('now'), ringDue: values.time('ringDue') };
}
