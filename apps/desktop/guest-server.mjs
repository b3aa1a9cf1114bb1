import { createReadStream, existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The cache folder of a guest: $XDG_CACHE_HOME/cg/desktop/NAME, by default in ~/.cache. */
export function guestFolder(name) {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cg', 'desktop', name);
}

/** Answers with a file, or a range of its bytes: v86 reads disks so. */
export function sendFile({ headers }, response, path, type = 'application/octet-stream') {
  if (!existsSync(path) || !statSync(path).isFile()) {
    response.writeHead(404).end();
    return;
  }
  const { size } = statSync(path);
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
  const [start, end] =
    first === undefined ? [0, size - 1] : [Number(first), Math.min(Number(last), size - 1)];
  if (start > end) {
    response.writeHead(416).end();
    return;
  }
  response.writeHead(first === undefined ? 200 : 206, {
    'accept-ranges': 'bytes',
    'content-length': end - start + 1,
    'content-type': type,
    ...(first !== undefined && { 'content-range': `bytes ${start}-${end}/${size}` }),
  });
  createReadStream(path, { start, end }).pipe(response);
}
