import { formatByName } from '@cg/surface-layout';
import { encodeCommand, SVGA_GMR, type CommandReader } from '@cg/svga-protocol';
import type { AgentProgram } from '../agent/agent-program.js';
import { DrmClient, type KernelSurface } from '../linux/drm-client.js';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';

/** SVGA3dTransferType of svga3d_types.h. */
const WRITE_HOST_VRAM = 1;
const READ_HOST_VRAM = 2;

const SIDE = 64;
const PITCH = SIDE * 4;
const BYTES = PITCH * SIDE;

/** Bytes of a row that 32-bit loads and stores move, beginning at its byte 0, 1, 2 or 3. */
const WORDS_BYTES = PITCH - 4;

/** Offset of a copy of all rows in the agent's scratch memory, above what the DRM client uses. */
const COPY = 32_768;
const A8R8G8B8 = formatByName('A8R8G8B8')!.id;

/** More than VRAM has: the kernel must use a GMR. */
const LARGE_BUFFER_BYTES = 20 * 2 ** 20;

/** Side of a surface whose MOB needs a page table of depth 2, with 4-byte entries. */
const LARGE_SIDE = 2048;
const PAGE_SIZE = 4096;
const PAGE_STEP = 37;

/** A path between guest memory and the device, and its wrong bytes. */
export interface MemoryCheck {
  readonly way: string;
  readonly wrongBytes: number;
}

/** Moves bytes in both directions through each kind of memory that the kernel and the device share. */
export async function checkMemory(guest: EmulatedGuest): Promise<MemoryCheck[]> {
  return [
    await checkDma(guest, BYTES),
    await checkDma(guest, LARGE_BUFFER_BYTES),
    await checkLargeSurface(guest),
  ];
}

/** SURFACE_DMA from a buffer object to a surface, and back. */
async function checkDma(guest: EmulatedGuest, bufferBytes: number): Promise<MemoryCheck> {
  const { program, device } = guest;
  const client = await DrmClient.open(program);
  const surface = await client.createSurface({ fmt: A8R8G8B8, w: SIDE, h: SIDE }, false);
  const buffer = await client.createBuffer(bufferBytes);
  const address = await client.map(buffer);
  const rows = await writeRows(program, address);
  const seen = { sid: 0, gmrId: 0 };
  guest.observe((command) => noteDma(command, seen));
  await client.submit(dma(buffer.handle, surface.handle, WRITE_HOST_VRAM));
  const image = device.image(seen.sid, 0) ?? new Uint8Array();
  const wrongOnDevice = countDifferences(image, rows);
  image.forEach((byte, i) => (image[i] = byte ^ i));
  await client.submit(dma(buffer.handle, surface.handle, READ_HOST_VRAM));
  const wrongInGuest =
    countDifferences(await program.peek(address, BYTES), image) +
    countDifferences(await loadRows(program, address), withoutEdges(image));
  await client.unmap(address, buffer);
  await client.close();
  const way = seen.gmrId === SVGA_GMR.FRAMEBUFFER ? 'DMA through VRAM' : `DMA through GMR ${seen.gmrId}`;
  return { way, wrongBytes: wrongOnDevice + wrongInGuest };
}

/** Fills rows by bytes, then all but their ends by words; consecutive rows have alignments 0, 1, 2, 3. */
async function writeRows(program: AgentProgram, address: number): Promise<Uint8Array> {
  const copy = program.scratch + COPY;
  const pattern = Uint8Array.from({ length: BYTES }, (_, i) => i * 7 + Math.floor(i / PITCH));
  const rows = Uint8Array.from({ length: BYTES }, (_, i) => Math.floor(i / PITCH) + 1);
  await program.poke(copy, pattern);
  for (let row = 0; row < SIDE; row++) {
    const start = row * PITCH;
    await program.fill(address + start, PITCH, row + 1);
    const first = start + (row % 4);
    await program.copyWords(address + first, copy + start, WORDS_BYTES);
    rows.set(pattern.subarray(start, start + WORDS_BYTES), first);
  }
  return rows;
}

/** Loads all but the ends of the rows by words; consecutive rows have alignments 0, 1, 2, 3. */
async function loadRows(program: AgentProgram, address: number): Promise<Uint8Array> {
  const copy = program.scratch + COPY;
  for (let row = 0; row < SIDE; row++) {
    await program.copyWords(copy + row * WORDS_BYTES, address + row * PITCH + (row % 4), WORDS_BYTES);
  }
  return program.peek(copy, SIDE * WORDS_BYTES);
}

/** The expected result of `loadRows` for these rows. */
function withoutEdges(rows: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(SIDE * WORDS_BYTES);
  for (let row = 0; row < SIDE; row++) {
    const first = row * PITCH + (row % 4);
    bytes.set(rows.subarray(first, first + WORDS_BYTES), row * WORDS_BYTES);
  }
  return bytes;
}

function noteDma(command: CommandReader, seen: { sid: number; gmrId: number }): void {
  if (command.name === 'SURFACE_DMA') {
    const { hostSid, guestGmrId } = command.fields(command.name);
    Object.assign(seen, { sid: hostSid, gmrId: guestGmrId });
  }
}

function dma(guestGmrId: number, hostSid: number, transfer: number): Uint8Array {
  return encodeCommand('SURFACE_DMA', {
    guestGmrId,
    guestOffset: 0,
    guestPitch: PITCH,
    hostSid,
    hostFace: 0,
    hostMipmap: 0,
    transfer,
    boxes: [{ x: 0, y: 0, z: 0, w: SIDE, h: SIDE, d: 1, srcx: 0, srcy: 0, srcz: 0 }],
    suffix: [{ suffixSize: 12, maximumOffset: BYTES, flags: 0 }],
  });
}

/** A coherent surface of 16 MiB, of which every PAGE_STEPth page is written. */
async function checkLargeSurface(guest: EmulatedGuest): Promise<MemoryCheck> {
  const { program } = guest;
  const client = await DrmClient.open(program);
  const size = { fmt: A8R8G8B8, w: LARGE_SIDE, h: LARGE_SIDE };
  const surface = await client.createSurface(size, true);
  const other = await client.createSurface(size, false);
  const address = await client.map(surface);
  const seen = { sid: 0, depth: 0 };
  guest.observe((command) => noteMob(command, seen));
  await client.submit(copyOfPixel(surface, other));
  const pages = surface.bytes / PAGE_SIZE;
  for (let page = 0; page < pages; page += PAGE_STEP) {
    await program.fill(address + page * PAGE_SIZE, PAGE_SIZE, 1 + (page % 250));
  }
  await program.flush();
  await client.submit(copyOfPixel(surface, other));
  const expected = Uint8Array.from({ length: surface.bytes }, (_, i) => {
    const page = Math.floor(i / PAGE_SIZE);
    return page % PAGE_STEP === 0 ? 1 + (page % 250) : 0;
  });
  const image = guest.device.image(seen.sid, 0) ?? new Uint8Array();
  const wrongBytes = countDifferences(image, expected);
  await client.unmap(address, surface);
  await client.close();
  return { way: `a coherent surface in a MOB of page-table depth ${seen.depth}`, wrongBytes };
}

function noteMob(command: CommandReader, seen: { sid: number; depth: number }): void {
  if (command.name === 'DEFINE_GB_MOB64') {
    seen.depth = Math.max(seen.depth, command.fields(command.name).ptDepth);
  } else if (command.name === 'SURFACE_COPY') {
    seen.sid = command.fields(command.name).srcSid;
  }
}

function copyOfPixel(from: KernelSurface, to: KernelSurface): Uint8Array {
  const images = { srcFace: 0, srcMipmap: 0, destFace: 0, destMipmap: 0 };
  const box = { x: 0, y: 0, z: 0, w: 1, h: 1, d: 1, srcx: 0, srcy: 0, srcz: 0 };
  return encodeCommand('SURFACE_COPY', {
    srcSid: from.handle,
    destSid: to.handle,
    ...images,
    boxes: [box],
  });
}

function countDifferences(a: Uint8Array, b: Uint8Array): number {
  return b.reduce((sum, byte, i) => sum + (byte === a[i] ? 0 : 1), 0);
}
