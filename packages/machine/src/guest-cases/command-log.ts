import { decodedCommand, type CommandReader } from '@cg/svga-protocol';
import type { SurfaceCommands } from './case-guest.js';
import type { CaseBox } from './guest-case.js';

interface Update {
  readonly kind: 'update';
  readonly sid: number;
  readonly face: number;
  /** Of a layer, or of the surface if there is no face. */
  readonly subresource: number;
  readonly box: readonly [number, number, number, number, number, number];
}

interface ReadBack {
  readonly kind: 'read-back';
  readonly sid: number;
  readonly name: string;
}

/**
 * Records the commands that upload and read back surfaces, and the copies, whose ids are those of the program's
 * surfaces.
 */
export class CommandLog {
  readonly #mips: number;
  #noted: (Update | ReadBack)[] = [];
  /** Of the last SURFACE_COPY. */
  lastCopy: { readonly src: number; readonly dest: number } | undefined;

  /** @param mips of a layer */
  constructor(mips: number) {
    this.#mips = mips;
  }

  /** The device is about to run a command. */
  readonly note = (reader: CommandReader): void => {
    const command = decodedCommand(reader);
    switch (command.name) {
      case 'UPDATE_GB_IMAGE': {
        const { sid, face, mipmap, x, y, z, w, h, d } = command.fields;
        this.#noted.push({ kind: 'update', sid, face, subresource: mipmap, box: [x, y, z, w, h, d] });
        break;
      }
      case 'DX_UPDATE_SUBRESOURCE': {
        const { sid, subResource, x, y, z, w, h, d } = command.fields;
        this.#noted.push({ kind: 'update', sid, face: 0, subresource: subResource, box: [x, y, z, w, h, d] });
        break;
      }
      case 'READBACK_GB_IMAGE':
      case 'READBACK_GB_SURFACE':
      case 'DX_READBACK_SUBRESOURCE':
        this.#noted.push({ kind: 'read-back', sid: command.fields.sid, name: command.name });
        break;
      case 'SURFACE_COPY':
        this.lastCopy = { src: command.fields.srcSid, dest: command.fields.destSid };
        break;
    }
  };

  /** The records for a surface since the last call. */
  take(sid: number | undefined): SurfaceCommands {
    const about = this.#noted.filter((command) => command.sid === sid);
    this.#noted = [];
    const boxes = about
      .filter((command) => command.kind === 'update')
      .map(({ face, subresource, box }): CaseBox => [face * this.#mips + subresource, ...box])
      .toSorted((a, b) => a[0] - b[0]);
    const readBacks = about.filter((command) => command.kind === 'read-back').map(({ name }) => name);
    return { boxes, readBacks };
  }
}
