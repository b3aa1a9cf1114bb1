import type { GuestReport } from '../run-guest.js';

/** The results of all guests as JSON, without pictures. */
export function guestsAsJson(reports: readonly GuestReport[]): string {
  const guests = reports.map(({ screen: _screen, ...report }) => report);
  return `${JSON.stringify({ guests }, null, 2)}\n`;
}
