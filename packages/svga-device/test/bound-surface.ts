import type { TestGuest } from './guest.js';

/** Of a surface of 64 × 64 texels of 4 bytes: four pages. */
export const BYTES = 64 * 64 * 4;
/** All of it, and its first row. */
export const whole = { x: 0, y: 0, z: 0, w: 64, h: 64, d: 1 };
export const firstRow = { ...whole, h: 1 };
export const ZEROS = new Uint8Array(BYTES);

/** Surface 1 bound to MOB 1, and surface 2 without content to copy to. */
export function bound<G extends TestGuest>(guest: G): { guest: G; pages: number[] } {
  const pages = guest.defineSurface({ sid: 1 }, BYTES);
  guest.defineEmpty({ sid: 2 }, BYTES);
  return { guest, pages };
}

/** What a command reads of surface 1. */
export function read(guest: TestGuest): Uint8Array {
  guest.must('WHOLE_SURFACE_COPY', { srcSid: 1, destSid: 2 });
  return imageOf(guest, 2);
}

export function imageOf(guest: TestGuest, sid: number): Uint8Array {
  return guest.device.surfaceImage(sid)?.slice() ?? new Uint8Array();
}
