import type { IncomingMessage, ServerResponse } from 'node:http';

/** The cache folder of a guest: $XDG_CACHE_HOME/cg/desktop/NAME, by default in ~/.cache. */
export function guestFolder(name: string): string;

/** Answers with a file, or a range of its bytes: v86 reads disks so. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  type?: string,
): void;
