import type { GuestBacking } from '../memory/guest-backing.js';
import { ShaderTokens } from '../objects/co-table.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { fetchedState } from '../objects/surface-content.js';
import type { SurfaceContent } from '../objects/surface-content.js';
import { SVGA_COTABLE, SVGA_OTABLE } from '@cg/svga-protocol';
import type { DeviceParts, DeviceTime } from './device-parts.js';
import { encodeSnapshot } from './snapshot-format.js';

/** Collects and numbers blobs. */
class Blobs {
  readonly all: Uint8Array[] = [];

  /** The number of a blob; null for none. */
  add(bytes: Uint8Array | undefined): number | null {
    return bytes === undefined ? null : this.all.push(bytes) - 1;
  }
}

function timeOf(time: number): number | null {
  return time === Infinity ? null : time;
}

function backingState({ format, base, bytes }: GuestBacking): object {
  return { format, base, bytes };
}

function bytesOf(words: Float64Array | Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

function frontState({ registers, interrupts, fences, buffers }: DeviceParts): object {
  const { id, index, capabilityIndex, values, storage, displays } = registers;
  return {
    registers: {
      id,
      index,
      capabilityIndex,
      values: [...values],
      storage: [...storage],
      display: displays.selected,
      displays: [...displays.attributes],
    },
    interrupts: { status: interrupts.status, mask: interrupts.mask },
    fences: { last: fences.last, goal: fences.goal },
    queues: buffers.queues.map(({ started, waiting }) => {
      return { started, waiting: waiting.map(({ address, due }) => ({ address, due })) };
    }),
  };
}

/** The common state of all subresources, or a blob with the state of each: equal devices have equal snapshots. */
function contentStates(content: SurfaceContent, blobs: Blobs): object {
  // What the renderer has is in the image by now.
  const each = Uint8Array.from({ length: content.common === undefined ? content.count : 1 }, (_, i) =>
    fetchedState(content.of(i)),
  );
  return each.every((state) => state === each[0])
    ? { content: each[0], contents: null }
    : { content: null, contents: blobs.add(each) };
}

function dxContextStates({ dxContexts }: DeviceObjects, blobs: Blobs): object[] {
  return [...dxContexts].map(([id, context]) => {
    const { mobId, tables, ownState, queries } = context;
    const states = tables.map((table) => ({ mobId: table.mobId, entries: blobs.add(table.entries) }));
    // Shaders are what their MOBs held at their first use.
    const shaders = [...tables[SVGA_COTABLE.DXSHADER].resolvedEntries].flatMap(([shader, object]) =>
      object instanceof ShaderTokens ? [{ id: shader, tokens: blobs.add(object.bytes) }] : [],
    );
    const results = [...(queries?.results ?? [])].map(([query, result]) => ({ id: query, result }));
    return { id, mobId, tables: states, state: blobs.add(ownState?.bytes), shaders, results };
  });
}

function objectsState(objects: DeviceObjects, blobs: Blobs): object {
  const tables = Object.values(SVGA_OTABLE).map((type) => objects.tables.backing(type));
  const { image, ...pointer } = objects.pointer.saved();
  const { framebuffer } = objects;
  return {
    tables: tables.map((backing) => ({ backing: backing === undefined ? null : backingState(backing) })),
    mobs: [...objects.mobs].map(([id, mob]) => ({ id, ...backingState(mob) })),
    surfaces: [...objects.surfaces.values()].map((surface) => {
      const { definition, mobId, content } = surface;
      const ownImage = objects.hostImages.rendered(surface);
      const states = contentStates(content, blobs);
      // Most have none: it is left out.
      const streamedBytes = surface.streamedBytes || undefined;
      return {
        definition,
        mobId,
        ...states,
        streamedBytes,
        image: blobs.add(ownImage),
      };
    }),
    contexts: [...objects.contexts].map(([id, { mobId }]) => ({ id, mobId })),
    dxContexts: dxContextStates(objects, blobs),
    shaders: [...objects.shaders].map(([id, shader]) => ({ id, ...shader })),
    screens: [...objects.screens.values()].map((screen) => {
      const { definition, sid, face, mipmap } = screen;
      return { ...definition, sid, face, mipmap, pixels: blobs.add(objects.hostImages.pixels(screen)) };
    }),
    framebuffer:
      framebuffer.mode === undefined
        ? null
        : { ...framebuffer.mode, pixels: blobs.add(framebuffer.pixels?.own) },
    regions: [...objects.regions].map(([id, region]) => ({ id, pages: blobs.add(bytesOf(region.pages)) })),
    pointer: {
      ...pointer,
      image:
        image === undefined ? null : { ...image, pixels: blobs.add(new Uint8Array(image.pixels.buffer)) },
    },
  };
}

/** The whole state of a device except guest memory, in pieces; most of them are views of the device's memory. */
export function writeSnapshot(parts: DeviceParts & DeviceTime): Uint8Array[] {
  const blobs = new Blobs();
  const state = {
    ...frontState(parts),
    now: parts.now,
    ringDue: timeOf(parts.ringDue),
    fifo: blobs.add(bytesOf(parts.fifo)),
    vram: blobs.add(parts.hasVram ? parts.vram() : undefined),
    objects: objectsState(parts.objects, blobs),
  };
  return encodeSnapshot(state, blobs.all);
}
