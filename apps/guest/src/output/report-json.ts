import type { GuestReport } from '../run-guest.js';

/** All reports but the pictures, for a program. */
export function guestsAsJson(reports: readonly GuestReport[]): string {
  const guests = reports.map(({ screen: _screen, ...report }) => report);
  return `${JSON.stringify({ guests }, null, 2)}\n`;
}
