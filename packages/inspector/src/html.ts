import { InspectorError } from './errors.js';
import { packRecording } from './recording/recording-bytes.js';
import type { Recording } from './recording/recording.js';

/** The largest page. Beyond it a recording is written without its pictures. */
const MOST_BYTES = 64 * 2 ** 20;
const CHUNK = 0x8000 - (0x8000 % 3);

const BODY_STYLE = 'body{margin:0;font-family:system-ui,sans-serif}:root{color-scheme:light dark}';

/**
 * A recording as a page that needs no other file, server or network, and whose content security policy permits none.
 * @param script the page's program, `pageProgram()` of `@cg/inspector/node`
 * @throws InspectorError EFBIG if the page exceeds 64 MiB even without pictures
 */
export async function inspectorHtml(recording: Recording, script: string): Promise<string> {
  const packed = await packRecording(recording);
  if ((packed.length * 4) / 3 + script.length <= MOST_BYTES) {
    return documentOf(recording.title, packed, script);
  }
  const limit = `a page has at most ${MOST_BYTES / 2 ** 20} MiB: there are no pictures`;
  const smaller = await packRecording({
    ...recording,
    surfaces: recording.surfaces.map((surface) => ({ ...surface, hasPicture: false })),
    changes: new Uint32Array(),
    changedBytes: new Uint8Array(),
    limits: [...recording.limits, limit],
  });
  if ((smaller.length * 4) / 3 + script.length > MOST_BYTES) {
    throw new InspectorError(
      'EFBIG',
      `the page would exceed ${MOST_BYTES / 2 ** 20} MiB, even without pictures`,
    );
  }
  return documentOf(recording.title, smaller, script);
}

async function documentOf(title: string, packed: Uint8Array, script: string): Promise<string> {
  const program = script.replaceAll('</script', '<\\/script');
  const policy = [
    "default-src 'none'",
    `script-src '${await hashOf(program)}'`,
    `style-src '${await hashOf(BODY_STYLE)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${BODY_STYLE}</style>
<div id="inspector"></div>
<noscript>This page needs JavaScript.</noscript>
<script type="application/octet-stream" id="recording">${base64(packed)}</script>
<script>${program}</script>
</html>
`;
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `sha256-${base64(new Uint8Array(digest))}`;
}

function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + CHUNK))));
  }
  return parts.join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
