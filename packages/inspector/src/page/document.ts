/** The program of a page that `inspectorHtml` makes: its recording is in the page. */
import { InspectorError } from '../errors.js';
import { unpackRecording } from '../recording/recording-bytes.js';
import { mountInspector, type Inspector } from './inspector.js';

declare global {
  var cgInspector: Promise<Inspector> | undefined;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64.trim());
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    bytes[i] = text.charCodeAt(i);
  }
  return bytes;
}

async function start(): Promise<Inspector> {
  const data = document.getElementById('recording');
  const host = document.getElementById('inspector') as HTMLElement;
  try {
    const recording = await unpackRecording(bytesOf(data?.textContent ?? ''));
    data?.remove();
    return mountInspector(host, recording, { useHash: true });
  } catch (error) {
    host.textContent = error instanceof InspectorError ? error.message : String(error);
    throw error;
  }
}

globalThis.cgInspector = start();
