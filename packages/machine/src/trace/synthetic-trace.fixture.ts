import { Buffer } from 'node:buffer';

/** The writes of a synthetic frame: byte ranges, filled with a value that depends on frame and offset. */
export type Runs = [offset: number, length: number][];

export const WIDTH = 128;
const HEIGHT = 96;
export const SURFACE_BYTES = WIDTH * HEIGHT * 4;

/** The header of a synthetic trace, with changes. */
export function headerLine(frames: number, changes: object = {}): string {
  const surface = { format: 'B8G8R8X8_UNORM', width: WIDTH, height: HEIGHT };
  return JSON.stringify({
    kind: 'cg-write-trace',
    version: 1,
    title: 'synthetic',
    surface,
    rowPitch: WIDTH * 4,
    frames,
    ...changes,
  });
}

export function frameLine(frame: number, runs: Runs, changes: object = {}): string {
  const data = Buffer.concat(
    runs.map(([offset, length]) =>
      Buffer.from(Uint8Array.from({ length }, (_, i) => offset + i + frame * 31 + 1)),
    ),
  );
  return JSON.stringify({ frame, timeMs: frame * 33, runs, data: data.toString('base64'), ...changes });
}

/** A whole trace: frame 0 writes everything, each other one some rows, a page, or nothing. */
export function syntheticTrace(frames: number): string[] {
  const lines = [headerLine(frames), frameLine(0, [[0, SURFACE_BYTES]])];
  for (let frame = 1; frame < frames; frame++) {
    const row = (frame * 7) % (HEIGHT - 8);
    const runs: Runs = [
      [row * WIDTH * 4 + 40, 200],
      [(row + 5) * WIDTH * 4, WIDTH * 4],
    ];
    lines.push(frameLine(frame, frame % 4 === 3 ? [] : runs));
  }
  return lines;
}

/** Lines as the bytes of a file, in chunks that end anywhere. */
export async function* bytesOf(lines: readonly string[], chunk = 1000): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  for (let at = 0; at < bytes.length; at += chunk) {
    yield bytes.subarray(at, at + chunk);
  }
}
