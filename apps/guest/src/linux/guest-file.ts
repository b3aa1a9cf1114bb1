import type { AgentProgram } from '../agent/agent-program.js';
import { mustSucceed, OPEN, openFile, SYS } from './system-calls.js';

/** What one call writes: the agent's scratch memory holds it behind the path. */
const PIECE_BYTES = 32_768;
const DATA = 4096;

/** Writes a file of the guest. @throws GuestError where that fails */
export async function writeGuestFile(program: AgentProgram, path: string, bytes: Uint8Array): Promise<void> {
  const file = await openFile(program, path, OPEN.WRITE_ONLY + OPEN.CREATE + OPEN.TRUNCATE);
  const address = program.scratch + DATA;
  for (let at = 0; at < bytes.length;) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    await program.poke(address, piece);
    at += mustSucceed('write', await program.call(SYS.WRITE, file, address, piece.length));
  }
  await program.call(SYS.CLOSE, file);
}

/** Reads a file of the guest, of up to `PIECE_BYTES`. @throws GuestError where that fails */
export async function readGuestFile(program: AgentProgram, path: string): Promise<Uint8Array> {
  const file = await openFile(program, path, OPEN.READ_ONLY);
  const address = program.scratch + DATA;
  const bytes = mustSucceed('read', await program.call(SYS.READ, file, address, PIECE_BYTES));
  await program.call(SYS.CLOSE, file);
  return program.peek(address, bytes);
}
