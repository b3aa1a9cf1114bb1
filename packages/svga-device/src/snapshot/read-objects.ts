import { checkNewId } from '../commands/object-ids.js';
import { newScreen } from '../commands/screens.js';
import { newSurface } from '../commands/surfaces.js';
import { SvgaDeviceError } from '../errors.js';
import { GuestBacking } from '../memory/guest-backing.js';
import { GuestRegion } from '../memory/guest-region.js';
import { ShaderTokens } from '../objects/co-table.js';
import { DxState } from '../objects/dx-state.js';
import { ContextQueries } from '../renderer/context-queries.js';
import { DxContext } from '../objects/contexts.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import type { Surface } from '../objects/surface.js';
import { CONTENT } from '../objects/surface-content.js';
import type { ContentState } from '../objects/surface-content.js';
import { SVGA_COTABLE, SVGA_OTABLE } from '@cg/svga-protocol';
import type { CursorImage } from '../screen/cursor-image.js';
import { isMode } from '../screen/display-mode.js';
import type { ScreenPixels } from '../screen/screen-pixels.js';
import type { SnapshotValues } from './snapshot-values.js';

function readBacking(values: SnapshotValues, objects: DeviceObjects): GuestBacking {
  const base = values.count('base', Number.MAX_SAFE_INTEGER);
  return new GuestBacking(objects.memory, values.count('format'), base, values.count('bytes'));
}

function readTables(values: SnapshotValues, objects: DeviceObjects): void {
  const types = Object.values(SVGA_OTABLE);
  const tables = values.list('tables', (table) => {
    const backing = table.optionalRecord('backing');
    return backing === undefined ? undefined : readBacking(backing, objects);
  });
  if (tables.length !== types.length) {
    throw new SvgaDeviceError('EBADMSG', 'snapshot has other object tables', { tables: tables.length });
  }
  types.forEach((type, i) => objects.tables.set(type, tables[i]));
}

function readMobs(values: SnapshotValues, objects: DeviceObjects): void {
  values.list('mobs', (saved) => {
    const id = saved.count('id');
    checkNewId(objects.mobs, id, objects.limits.maxMobs);
    const mob = readBacking(saved, objects);
    if (mob.bytes > objects.limits.maxMobBytes) {
      throw new SvgaDeviceError('ENOMEM', 'MOB is too large', { id, bytes: mob.bytes });
    }
    objects.mobs.set(id, mob);
  });
}

function readSurfaces(values: SnapshotValues, objects: DeviceObjects): void {
  values.list('surfaces', (saved) => {
    const definition = saved.record('definition');
    const surface = newSurface(objects, {
      ...definition.fieldsOf('DEFINE_GB_SURFACE_V4'),
      surface2Flags: definition.count('surface2Flags'),
      guestBacked: definition.count('guestBacked', 1),
    });
    surface.mobId = saved.count('mobId');
    surface.streamedBytes = saved.optionalCount('streamedBytes', surface.layout.bytes) ?? 0;
    const image = saved.optionalBlob('image', surface.layout.bytes);
    objects.surfaces.set(surface.definition.sid, surface);
    readContent(saved, surface, objects);
    if (image !== undefined) {
      image.copyTo(surface.image(objects.images));
    }
  });
}

function readContent(values: SnapshotValues, { content }: Surface, { images }: DeviceObjects): void {
  const each = values.optionalBlob('contents', content.count);
  if (each === undefined) {
    content.setAll(values.count('content', CONTENT.NEWER) as ContentState, images);
    return;
  }
  each.toBytes().forEach((state, subresource) => {
    if (state > CONTENT.NEWER) {
      throw new SvgaDeviceError('EBADMSG', 'snapshot has a subresource in no known state', { state });
    }
    content.set(subresource, state as ContentState, images);
  });
}

function readContexts(values: SnapshotValues, objects: DeviceObjects): void {
  const { maxContexts, maxShaders, dx } = objects.limits;
  values.list('contexts', (saved) => {
    const id = saved.count('id');
    checkNewId(objects.contexts, id, maxContexts);
    objects.contexts.set(id, { mobId: saved.count('mobId') });
  });
  values.list('shaders', (saved) => {
    const id = saved.count('id');
    checkNewId(objects.shaders, id, maxShaders);
    objects.shaders.set(id, {
      type: saved.count('type'),
      sizeInBytes: saved.count('sizeInBytes'),
      mobId: saved.count('mobId'),
      offsetInBytes: saved.count('offsetInBytes'),
    });
  });
  values.list('dxContexts', (saved) => {
    const id = saved.count('id');
    checkNewId(objects.dxContexts, id, dx ? maxContexts : 0);
    const context = new DxContext();
    context.mobId = saved.count('mobId');
    objects.dxContexts.set(id, context);
    readCoTables(saved, context, objects);
    readDxState(saved, context, objects);
  });
}

/** State of draws, shaders that were used, and results of queries. Queries that counted have failed. */
function readDxState(values: SnapshotValues, context: DxContext, { drawing, images }: DeviceObjects): void {
  const state = values.optionalBlob('state', DxState.BYTES);
  if (state !== undefined) {
    state.copyTo(context.state.bytes.fill(0));
    if (!context.state.restored()) {
      throw new SvgaDeviceError('EBADMSG', 'snapshot has a context with too many viewports');
    }
  }
  const shaders = context.tables[SVGA_COTABLE.DXSHADER];
  values.list('shaders', (saved) => {
    const tokens = saved.blob('tokens');
    const id = saved.count('id');
    if (tokens.length % 4 !== 0 || id >= shaders.capacity || shaders.resolved(id) !== undefined) {
      throw new SvgaDeviceError('EBADMSG', 'snapshot has no proper shader', { id, bytes: tokens.length });
    }
    const bytes = images.allocate(tokens.length);
    tokens.copyTo(bytes);
    shaders.keep(id, new ShaderTokens(bytes));
  });
  values.list('results', (saved) => {
    const [id, result] = [saved.count('id'), saved.flag('result')];
    if (drawing !== undefined) {
      context.queries ??= new ContextQueries(drawing);
      context.queries.setResult(id, result);
    }
  });
}

function readCoTables(values: SnapshotValues, context: DxContext, objects: DeviceObjects): void {
  const saved = values.list('tables', (table) => {
    return { mobId: table.count('mobId'), entries: table.blob('entries') };
  });
  if (saved.length !== context.tables.length) {
    throw new SvgaDeviceError('EBADMSG', 'snapshot has other COTables', { tables: saved.length });
  }
  context.tables.forEach((table, type) => {
    const { mobId, entries } = saved[type];
    const capacity = entries.length / table.entryBytes;
    if (!Number.isInteger(capacity) || capacity > objects.limits.maxCoTableEntries) {
      throw new SvgaDeviceError('EBADMSG', 'snapshot has a COTable of another size', { type, capacity });
    }
    table.resize(capacity, objects.images, (target) => entries.copyTo(target));
    table.mobId = mobId;
  });
}

function readScreens(values: SnapshotValues, objects: DeviceObjects): void {
  values.list('screens', (saved) => {
    const screen = newScreen(objects, saved.fieldsOf('DEFINE_GB_SCREENTARGET'));
    screen.sid = saved.count('sid');
    screen.face = saved.count('face');
    screen.mipmap = saved.count('mipmap');
    objects.screens.set(screen.definition.stid, screen);
    readPixels(saved, screen.pixels, objects);
  });
}

function readPixels(values: SnapshotValues, screen: ScreenPixels, { images }: DeviceObjects): void {
  const pixels = values.optionalBlob('pixels', screen.size);
  if (pixels !== undefined) {
    pixels.copyTo(screen.bytes(images).fill(0));
  }
}

function readFramebuffer(values: SnapshotValues | undefined, objects: DeviceObjects): void {
  if (values === undefined) {
    return;
  }
  const [width, height] = [values.count('width'), values.count('height')];
  const mode = { width, height, bitsPerPixel: values.count('bitsPerPixel'), pitch: values.count('pitch') };
  if (!isMode(mode, objects.limits)) {
    throw new SvgaDeviceError('EBADMSG', 'snapshot has no proper mode', mode);
  }
  objects.framebuffer.setMode(mode, objects.images);
  if (objects.framebuffer.pixels !== undefined) {
    readPixels(values, objects.framebuffer.pixels, objects);
  }
}

function readRegions(values: SnapshotValues, objects: DeviceObjects): void {
  let left = objects.limits.maxGmrPages;
  values.list('regions', (saved) => {
    const id = saved.count('id');
    checkNewId(objects.regions, id, objects.limits.maxGmrs);
    const numbers = saved.blob('pages');
    const pages = numbers.length / 8;
    left -= pages;
    if (!Number.isInteger(pages) || left < 0) {
      throw new SvgaDeviceError('EBADMSG', 'snapshot has GMRs of another size', { id, pages });
    }
    const region = new GuestRegion(pages);
    numbers.copyTo(new Uint8Array(region.pages.buffer));
    objects.regions.set(id, region);
  });
}

function readCursor(values: SnapshotValues, most: number): CursorImage {
  const width = values.count('width', most);
  const height = values.count('height', most);
  const hotspot = { hotspotX: values.count('hotspotX'), hotspotY: values.count('hotspotY') };
  const pixels = new Uint8ClampedArray(values.blob('pixels', 4 * width * height).toBytes().buffer);
  return { width, height, ...hotspot, pixels };
}

function readPointer(values: SnapshotValues, { pointer, limits }: DeviceObjects): void {
  const image = values.optionalRecord('image');
  pointer.restore({
    x: values.count('x'),
    y: values.count('y'),
    on: values.count('on'),
    screenId: values.count('screenId'),
    mobId: values.count('mobId'),
    lastCount: values.count('lastCount'),
    image: image === undefined ? undefined : readCursor(image, limits.maxCursorSize),
    pending: values.words('pending', pointer.pending.length),
  });
}

/** Makes the objects of a snapshot, with the checks of the commands that define them. */
export function readObjects(values: SnapshotValues, objects: DeviceObjects): void {
  readTables(values, objects);
  readMobs(values, objects);
  readSurfaces(values, objects);
  readContexts(values, objects);
  readScreens(values, objects);
  readFramebuffer(values.optionalRecord('framebuffer'), objects);
  readRegions(values, objects);
  readPointer(values.record('pointer'), objects);
}
