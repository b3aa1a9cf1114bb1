import { SvgaDeviceError } from '../errors.js';
import { guestError } from '../front/command-stream.js';
import { SVGA_ID, SVGA_CB_HEADER_BYTES, SVGA_CB_MAX_QUEUED_PER_CONTEXT } from '@cg/svga-protocol';
import { isInMemory } from '../memory/guest-memory.js';
import { DeviceObjects } from '../objects/device-objects.js';
import type { DeviceParts, DeviceTime } from './device-parts.js';
import { readObjects } from './read-objects.js';
import { decodeSnapshot } from './snapshot-format.js';
import { SnapshotValues } from './snapshot-values.js';

/** Applies what was read to the device; cannot fail. */
type Take = () => void;

function readRegisters(values: SnapshotValues, { registers }: DeviceParts): Take {
  const id = values.count('id');
  if (!Object.values<number>(SVGA_ID).includes(id)) {
    throw new SvgaDeviceError('EBADMSG', 'snapshot has no proper id', { id });
  }
  const index = values.count('index');
  const capabilityIndex = values.count('capabilityIndex');
  const plain = values.words('values', registers.values.length);
  const storage = values.words('storage', registers.storage.length);
  const selected = values.count('display');
  const displays = values.words('displays', registers.displays.attributes.length);
  return () => {
    Object.assign(registers, { id, index, capabilityIndex });
    registers.values.set(plain);
    registers.storage.set(storage);
    registers.displays.selected = selected;
    registers.displays.attributes.set(displays);
  };
}

function readSignals(values: SnapshotValues, { interrupts, fences }: DeviceParts): Take {
  const lines = values.record('interrupts');
  const [status, mask] = [lines.count('status'), lines.count('mask')];
  const passed = values.record('fences');
  const [last, goal] = [passed.count('last'), passed.count('goal')];
  return () => {
    interrupts.restore(status, mask);
    Object.assign(fences, { last, goal });
  };
}

function readQueues(values: SnapshotValues, { buffers, objects }: DeviceParts): Take {
  const queues = values.list('queues', (queue) => {
    const waiting = queue.list('waiting', (buffer) => {
      const address = buffer.count('address', Number.MAX_SAFE_INTEGER);
      if (!isInMemory(objects.memory, address, SVGA_CB_HEADER_BYTES)) {
        throw new SvgaDeviceError('EBADMSG', 'snapshot has a command buffer outside memory', { address });
      }
      return { address, due: buffer.time('due') };
    });
    if (waiting.length > SVGA_CB_MAX_QUEUED_PER_CONTEXT) {
      throw new SvgaDeviceError('EBADMSG', 'snapshot has too many command buffers', {
        count: waiting.length,
      });
    }
    return { started: queue.flag('started'), waiting };
  });
  if (queues.length !== buffers.queues.length) {
    throw new SvgaDeviceError('EBADMSG', 'snapshot has other contexts', { contexts: queues.length });
  }
  return () => {
    buffers.queues.forEach((queue, context) => {
      queue.reset();
      queue.started = queues[context].started;
      queues[context].waiting.forEach((buffer) => queue.push(buffer));
    });
  };
}

function readMemories(values: SnapshotValues, parts: DeviceParts): Take {
  const fifo = values.blob('fifo', parts.fifo.byteLength);
  const vram = values.optionalBlob('vram', parts.limits.vramBytes);
  const target = vram === undefined && !parts.hasVram ? undefined : parts.vram();
  return () => {
    parts.fifo.fill(0);
    fifo.copyTo(new Uint8Array(parts.fifo.buffer));
    target?.fill(0);
    if (target !== undefined) {
      vram?.copyTo(target);
    }
  };
}

/** A snapshot that is fully checked, and not yet applied to the device. */
export interface ReadSnapshot {
  readonly time: DeviceTime;
  /** Applies it to the device; cannot fail. */
  readonly take: Take;
}

/**
 * Reads a snapshot for a device, and leaves the device unchanged. State that no guest could have made within the
 * device's limits is refused.
 * @throws SvgaDeviceError EBADMSG
 */
export function readSnapshot(snapshot: Uint8Array, parts: DeviceParts): ReadSnapshot {
  try {
    return readChecked(snapshot, parts);
  } catch (error) {
    const reason = guestError(error);
    throw reason instanceof SvgaDeviceError && reason.code === 'EBADMSG'
      ? reason
      : new SvgaDeviceError('EBADMSG', `snapshot does not fit the device: ${reason.message}`);
  }
}

function readChecked(snapshot: Uint8Array, parts: DeviceParts): ReadSnapshot {
  const { state, blobs } = decodeSnapshot(snapshot);
  const values = new SnapshotValues(state, blobs);
  if (values.time('now') < 0) {
    throw new SvgaDeviceError('EBADMSG', 'snapshot was taken before time began', { now: values.time('now') });
  }
  const time = { now: values.time('now'), ringDue: values.optionalTime('ringDue') };
  const objects = new DeviceObjects(parts.objects.surroundings, parts.limits);
  readObjects(values.record('objects'), objects);
  const takes = [
    readRegisters(values.record('registers'), parts),
    readSignals(values, parts),
    readQueues(values, parts),
    readMemories(values, parts),
    () => parts.objects.replaceBy(objects),
  ];
  return { time, take: () => takes.forEach((take) => take()) };
}
