import type { SurfaceBox } from '@cg/surface-layout';
import type { CommandName } from '@cg/svga-protocol';
import type { CheckedSurface } from '../check/checked-surface.js';
import { forEachRun } from '@cg/machine';
import type { TimelineEvent } from './timeline.js';

type DeviceEvent = Omit<TimelineEvent, 'step'>;

/** An update as an event, with the bytes of the backing that it copies. */
export function updateEvent(
  command: CommandName,
  surface: CheckedSurface,
  subresource: number,
  box: SurfaceBox,
): DeviceEvent {
  const runs: [number, number][] = [];
  forEachRun(surface.layout, subresource, box, (start, bytes) => {
    runs.push([surface.offset + start, surface.offset + start + bytes]);
  });
  const { x, y, z, width, height, depth } = box;
  const text = `${command} ${surface.name} sub ${subresource} box ${x},${y},${z} ${width}x${height}x${depth}`;
  return { lane: 'device', kind: 'upload', text, content: surface.content.name, runs };
}

/** Any other command as an event; a copy writes its destination. */
export function commandEvent(
  command: CommandName,
  surface?: CheckedSurface,
  other?: CheckedSurface,
): DeviceEvent {
  if (surface === undefined) {
    return { lane: 'device', kind: 'fence', text: command };
  }
  const written = other ?? surface;
  const text =
    other === undefined ? `${command} ${surface.name}` : `${command} ${surface.name} -> ${other.name}`;
  return {
    lane: 'device',
    kind: other === undefined ? 'readback' : 'command',
    text,
    content: written.content.name,
    start: written.offset,
    end: written.end,
  };
}
