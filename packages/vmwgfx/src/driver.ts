import { EventStream } from '@cg/collections';
import { TrackedMapping } from '@cg/mapping-dirty';
import { Mapping, PAGE_SIZE, pagesFor, type PhysicalMemory } from '@cg/pagetable';
import {
  objectTableEntryBytes,
  SVGA_CAP,
  SVGA_ID,
  SVGA_IRQFLAG,
  SVGA_OTABLE,
  SVGA_REG,
  SVGA_REG_ENABLE,
} from '@cg/svga-protocol';
import type { TrackedMemory } from '@cg/tracked-memory';
import type { BackingPages, DriverState } from './driver-state.js';
import type { DriverEvent } from './driver-event.js';
import { DrmFile } from './file/drm-file.js';
import { VmwgfxError } from './errors.js';
import { FaultInjection } from './fault-injection.js';
import { IdAllocator } from './id-allocator.js';
import { EvictionOrder } from './memory/eviction-order.js';
import { FakeOffsets } from './memory/fake-offsets.js';
import { MemoryAccount } from './memory/memory-account.js';
import { buildMobPageTable } from './memory/mob-page-table.js';
import { CommandSubmitter } from './device/command-submitter.js';
import { readDeviceCapabilities, type DeviceCapabilities } from './device/device-capabilities.js';
import { readDeviceLimits } from './device/device-limits.js';
import { SvgaPorts, type SvgaHardware } from './device/svga-ports.js';
import { Residency } from './residency.js';
import { checkBoxes, type BoxesOption } from './resource/kept-boxes.js';
import { ReplaceableStep } from './replaceable-step.js';
import { KernelPolicy, type TrackingPolicy } from '@cg/dirty-tracking';

/** Options of a driver. */
export interface DriverOptions {
  /** A policy for each tracker; the kernel's rule if left out. */
  readonly makePolicy?: () => TrackingPolicy;
  /**
   * How writes to a buffer object are found; through the page tables if left out, with its huge leaves split first so
   * that each page has a dirty bit of its own (rule 2.8).
   */
  readonly trackMemory?: (pages: BackingPages, state: DriverState) => TrackedMemory;
  /**
   * How the dirty bytes of a surface become boxes: `single`, one for each subresource, or the cheapest cover for the
   * price of a byte and of a box, in any unit. A range that begins or ends within a row is then up to three boxes.
   * Default `single`.
   */
  readonly boxes?: BoxesOption;
  /**
   * Bytes of memory for shadows, copies of what the device is known to have of coherent surfaces: of what is dirty only
   * the lines of 64 bytes that differ are uploaded. A surface whose shadow does not fit has none, nor have planar ones
   * and those with several samples. Default 0.
   */
  readonly shadowLimit?: number;
  /** Failures to inject; none if left out. */
  readonly faults?: FaultInjection;
  /** Bytes the driver may use for trackers. Default 64 MiB. */
  readonly accountLimit?: number;
  /** Bytes of buffer objects that the device may see at a time; the device's suggestion if left out. */
  readonly graphicsMemoryLimit?: number;
  /** Surfaces, MOBs and shaders at a time, each: the size of the object tables. Default 4,096. */
  readonly maxObjects?: number;
}

/** VMWGFX_NUM_GB_CONTEXT and VMWGFX_NUM_DXCONTEXT: contexts of a kind at a time. */
const MAX_CONTEXTS = 256;

/** The driver, bound to one device. */
export class VmwgfxDriver {
  readonly state: DriverState;
  /** Events of what the driver does. */
  readonly events = new EventStream<DriverEvent>();
  readonly #ports: SvgaPorts;

  /**
   * Probes the device and brings it up: object tables, a command-buffer context, interrupts.
   * @throws VmwgfxError ENODEV if the device lacks guest-backed objects or command buffers, EINVAL for
   * `maxObjects` below 1 or above 32,768, or a price of `boxes` that is none; ENOMEM
   */
  constructor(memory: PhysicalMemory, hardware: SvgaHardware, options: DriverOptions = {}) {
    const ports = new SvgaPorts(hardware);
    this.#ports = ports;
    const device = probe(ports);
    const { maxObjects = 4096, accountLimit = 64 * 2 ** 20, makePolicy = () => new KernelPolicy() } = options;
    if (!Number.isInteger(maxObjects) || maxObjects < 1 || maxObjects > 32_768) {
      throw new VmwgfxError('EINVAL', `object tables cannot have ${maxObjects} entries: 1 to 32768`);
    }
    const boxes = checkBoxes(options.boxes ?? 'single');
    const mapping = new Mapping('vmwgfx');
    const fakeOffsets = new FakeOffsets<BackingPages>();
    const faults = options.faults ?? new FaultInjection();
    const queue = new CommandSubmitter(memory, ports, faults, this.events);
    queue.startContext(true);
    const reclaim = (): boolean => queue.reclaim();
    const limits = readDeviceLimits(ports, device);
    const maxContexts = Math.min(maxObjects, MAX_CONTEXTS);
    setObjectTables(memory, queue, [
      [SVGA_OTABLE.MOB, maxObjects],
      [SVGA_OTABLE.SURFACE, maxObjects],
      [SVGA_OTABLE.CONTEXT, maxContexts],
      [SVGA_OTABLE.SHADER, maxObjects],
      ...(limits.hasDx ? [[SVGA_OTABLE.DXCONTEXT, maxContexts] as const] : []),
    ]);
    mapping.observeZaps({
      dirtyEntryZapped(page) {
        const object = fakeOffsets.find(page);
        object?.tracker?.recordZappedEntry(page - object.firstPage);
      },
    });
    this.state = {
      memory,
      mapping,
      fakeOffsets,
      queue,
      events: this.events,
      faults,
      account: new MemoryAccount('memory for trackers', accountLimit),
      shadows: new MemoryAccount('memory for shadows', options.shadowLimit ?? 0),
      graphicsMemory: new MemoryAccount(
        'graphics memory',
        options.graphicsMemoryLimit ?? suggestedMemory(ports),
      ),
      placed: new EvictionOrder(reclaim),
      surfacesOnDevice: new EvictionOrder(reclaim),
      residency: new Residency(),
      mobIds: new IdAllocator('MOB', maxObjects, faults, reclaim),
      surfaceIds: new IdAllocator('surface', maxObjects, faults, reclaim),
      device,
      contextIds: new IdAllocator('context', maxContexts, faults, reclaim),
      dxContextIds: new IdAllocator('DX context', maxContexts, faults, reclaim),
      shaderIds: new IdAllocator('shader', maxObjects, faults, reclaim),
      limits,
      boxes,
      trackMemory: options.trackMemory ?? trackThroughMapping,
      makePolicy,
    };
    ReplaceableStep.install(options, this.state);
    queue.batches.useInterrupts();
  }

  /** Opens the device for a process. */
  open(): DrmFile {
    return new DrmFile(this.state);
  }

  /**
   * Waits until the device is done with everything: what was freed behind its commands is free then (rule 8.3).
   * @throws VmwgfxError EIO if the device does not respond
   */
  waitIdle(): void {
    const { queue } = this.state;
    queue.submit();
    queue.batches.waitForLast();
  }

  /** Handles the device's interrupt: acknowledges it, ends what the device is done with, and submits what waits. */
  handleInterrupt(): void {
    this.#ports.takeInterrupts();
    this.state.queue.batches.poll();
  }
}

function trackThroughMapping(
  { firstPage, pageCount }: BackingPages,
  { mapping }: DriverState,
): TrackedMemory {
  mapping.splitHugeLeaves(firstPage, pageCount);
  return new TrackedMapping(mapping, firstPage, pageCount);
}

/** Bytes that the device suggests for MOBs. */
function suggestedMemory(ports: SvgaPorts): number {
  return ports.readRegister(SVGA_REG.SUGGESTED_GBOBJECT_MEM_SIZE_KB) * 1024;
}

/** Negotiates the register interface, checks the device's capabilities, and enables it. */
function probe(ports: SvgaPorts): DeviceCapabilities {
  ports.writeRegister(SVGA_REG.ID, SVGA_ID.V2);
  if (ports.readRegister(SVGA_REG.ID) >>> 0 !== SVGA_ID.V2) {
    throw new VmwgfxError('ENODEV', 'the device does not speak version 2 of the register interface');
  }
  const device = readDeviceCapabilities(ports);
  const { capabilities } = device;
  const needed = SVGA_CAP.GBOBJECTS | SVGA_CAP.COMMAND_BUFFERS;
  if ((capabilities & needed) !== needed) {
    throw new VmwgfxError('ENODEV', 'the device lacks guest-backed objects or command buffers', {
      status: capabilities,
    });
  }
  ports.writeRegister(SVGA_REG.ENABLE, SVGA_REG_ENABLE.ENABLE | SVGA_REG_ENABLE.HIDE);
  ports.writeRegister(SVGA_REG.CONFIG_DONE, 1);
  ports.writeRegister(SVGA_REG.IRQMASK, SVGA_IRQFLAG.ANY_FENCE);
  return device;
}

/** Gives the device the memory of its object tables, by type and count. */
function setObjectTables(
  memory: PhysicalMemory,
  queue: CommandSubmitter,
  tables: readonly (readonly [type: number, entries: number])[],
): void {
  for (const [type, entries] of tables) {
    const sizeInBytes = pagesFor(entries * objectTableEntryBytes[type]) * PAGE_SIZE;
    const { base, ptDepth } = buildMobPageTable(memory, memory.allocateFrames(sizeInBytes / PAGE_SIZE));
    queue.emit('SET_OTABLE_BASE64', { type, baseAddress: base, sizeInBytes, validSizeInBytes: 0, ptDepth });
  }
  queue.flush();
}
