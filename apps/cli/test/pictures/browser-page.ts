/** Recordings in a page, with the browser's WebGPU. Bytes are base64 texts. */
import { playOnAdapter, type GpuPrograms } from './gpu-programs.js';

/** As `GpuPrograms`, in JSON. */
export type PagePrograms = Omit<GpuPrograms, 'pictures'> & {
  readonly adapter: string;
  readonly pictures: readonly (readonly [string, { width: number; height: number; pixels: string }])[];
};

declare global {
  var playInPage: ((recording: string) => Promise<PagePrograms | string>) | undefined;
}

/** Bytes in a call. */
const CHUNK = 4096;

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function base64Of(bytes: Uint8ClampedArray): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(text);
}

globalThis.playInPage = async (recording) => {
  const { gpu } = (globalThis as { navigator?: { gpu?: GPU } }).navigator ?? {};
  const adapter = await gpu?.requestAdapter();
  if (adapter === null || adapter === undefined) {
    return 'the browser has no adapter';
  }
  const { pictures, ...rest } = await playOnAdapter(bytesOf(recording), adapter);
  const { vendor, architecture, description } = adapter.info;
  return {
    ...rest,
    adapter: [vendor, architecture, description].filter(Boolean).join(', '),
    pictures: pictures.map(([name, { pixels, ...size }]) => [name, { ...size, pixels: base64Of(pixels) }]),
  };
};
