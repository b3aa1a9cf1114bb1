import { isRecording, SvgaDeviceError } from '@cg/svga-device';
import { CommandReader, SvgaProtocolError } from '@cg/svga-protocol';
import { PackedFileError, unpacked } from '../input/unpack.js';
import { BoundShaders, type BoundShader } from './bound-shaders.js';
import type { GuestPages } from './mob-memory.js';
import { recordedShaders } from './recorded-shaders.js';

/** Something about a stream, or a shader in it, that the user must say otherwise. */
export class StreamInputError extends Error {
  override readonly name = 'StreamInputError';
}

const nothing: GuestPages = { read: () => false };

/**
 * The shaders that are bound in a file: a recording of a device, packed by gzip or not, or a stream of commands.
 * @param memory the guest's memory, where the shaders of a stream of commands are; a recording holds its own
 * @throws StreamInputError if the file is damaged
 */
export async function shadersOf(
  file: Uint8Array,
  memory: GuestPages = nothing,
): Promise<readonly BoundShader[]> {
  try {
    const bytes = unpacked(file);
    return isRecording(bytes) ? await recordedShaders(bytes) : commandShaders(bytes, memory);
  } catch (error) {
    if (error instanceof SvgaDeviceError || error instanceof PackedFileError) {
      throw new StreamInputError(error.message);
    }
    if (error instanceof SvgaProtocolError) {
      const { offset = 0 } = error.values;
      throw new StreamInputError(
        `neither a recording nor a stream of commands: ${error.what} at offset ${offset}`,
      );
    }
    throw error;
  }
}

function commandShaders(bytes: Uint8Array, memory: GuestPages): readonly BoundShader[] {
  const bound = new BoundShaders(memory);
  const reader = new CommandReader().aim(bytes);
  while (reader.next()) {
    bound.follow(reader, 0);
  }
  return bound.shaders;
}

/** Which shader of a stream is meant: the last one that was bound with this id, in this context if it is given. */
export interface WantedShader {
  readonly id: number;
  readonly context: number | undefined;
}

/** @throws StreamInputError if there is none, or the memory at hand does not have its code */
export function chosenShader(shaders: readonly BoundShader[], { id, context }: WantedShader): Uint32Array {
  const shader = shaders.findLast(
    (one) => one.id === id && (context === undefined || one.context === context),
  );
  if (shader === undefined) {
    const where = context === undefined ? '' : ` in context ${context}`;
    throw new StreamInputError(`no shader ${id} is bound${where}`);
  }
  if (shader.words === undefined) {
    throw new StreamInputError(
      `the code of shader ${id} is in guest memory that is not at hand: see --memory`,
    );
  }
  return shader.words;
}
