import { CONTRACT_PAGE, ContractGuest, type TestRenderer } from '@cg/svga-device/renderer-contract';
import { SVGA3D_INVALID_ID, SVGA3D_QUERYTYPE, type CommandFields, type CommandName } from '@cg/svga-protocol';

/** A command with its fields. */
export type AnyCommand = {
  readonly [N in CommandName]: readonly [name: N, fields: CommandFields<N>];
}[CommandName];

/** By SVGA3dShaderType less 1: vertex, pixel and geometry shader. */
export type ShaderTokens = readonly [Uint32Array, Uint32Array | undefined, Uint32Array | undefined];

const PAGES = 768;
/** MOBs of surfaces are behind those of tables. */
const SURFACE_MOBS = 100;
const SHADER_MOB = 80;
const QUERY_MOB = 81;
const SHADER_PAGES = 2;
/** Types of queries, by their numbers here. */
const QUERIES = [SVGA3D_QUERYTYPE.OCCLUSION, SVGA3D_QUERYTYPE.STREAMOUTPUTSTATS];
/** Of a result; the state is in the first word. */
const QUERY_BYTES = 32;

/** What a draw has counted. */
export interface DrawCounts {
  readonly samples: number;
  /** Primitives that were streamed out, and those that there was to stream out. */
  readonly streamed: readonly [number, number];
}

/** A box of an image of a surface. */
export type SurfacePart = Omit<CommandFields<'DX_UPDATE_SUBRESOURCE'>, 'sid'>;

const plainSurface: Omit<CommandFields<'DEFINE_GB_SURFACE_V2'>, 'sid' | 'format'> = {
  surfaceFlags: 0,
  numMipLevels: 1,
  multisampleCount: 0,
  autogenFilter: 0,
  width: 1,
  height: 1,
  depth: 1,
  arraySize: 0,
};

/** A guest that draws what it is told. */
export class RenderGuest extends ContractGuest {
  readonly #mobs = new Map<number, Uint8Array>();

  constructor(renderer: TestRenderer) {
    super(renderer, 0, undefined, PAGES);
  }

  async prepare(): Promise<void> {
    await this.start();
    this.#mobs.set(SHADER_MOB, await this.defineMob(SHADER_MOB, 3 * SHADER_PAGES));
    this.#mobs.set(QUERY_MOB, await this.defineMob(QUERY_MOB, 1));
    for (const [queryId, type] of QUERIES.entries()) {
      await this.must('DX_DEFINE_QUERY', { queryId, type, flags: 0 });
      await this.must('DX_BIND_QUERY', { queryId, mobid: QUERY_MOB });
      await this.must('DX_SET_QUERY_OFFSET', { queryId, mobOffset: queryId * QUERY_BYTES });
    }
  }

  async run(commands: readonly AnyCommand[]): Promise<void> {
    for (const [name, fields] of commands) {
      await this.must(name, fields as never);
    }
  }

  /** Defines a surface with its bytes. */
  async defineSurface(
    fields: Pick<CommandFields<'DEFINE_GB_SURFACE_V2'>, 'sid' | 'format'> & Partial<typeof plainSurface>,
    bytes: Uint8Array,
  ): Promise<void> {
    const { sid } = fields;
    const mobid = SURFACE_MOBS + sid;
    this.#mobs.set(mobid, await this.defineMob(mobid, Math.ceil(bytes.length / CONTRACT_PAGE)));
    await this.must('DEFINE_GB_SURFACE_V2', { ...plainSurface, ...fields });
    await this.must('BIND_GB_SURFACE', { sid, mobid });
    await this.upload(sid, bytes);
  }

  /** Gives a surface other bytes. */
  async upload(sid: number, bytes: Uint8Array): Promise<void> {
    this.#mobs.get(SURFACE_MOBS + sid)?.set(bytes);
    await this.must('UPDATE_GB_SURFACE', { sid });
  }

  /** Gives a box of a surface other bytes: those of its place in an image of all of it. */
  async uploadBox(sid: number, bytes: Uint8Array, part: SurfacePart): Promise<void> {
    this.#mobs.get(SURFACE_MOBS + sid)?.set(bytes);
    await this.must('DX_UPDATE_SUBRESOURCE', { sid, ...part });
  }

  /** Defines and sets the shaders of all stages. */
  async setShaders(shaders: ShaderTokens): Promise<void> {
    for (let stage = 0; stage < shaders.length; stage++) {
      const tokens = shaders[stage];
      const type = stage + 1;
      if (tokens !== undefined) {
        const offsetInBytes = stage * SHADER_PAGES * CONTRACT_PAGE;
        this.#mobs.get(SHADER_MOB)?.set(new Uint8Array(tokens.buffer, 0, tokens.byteLength), offsetInBytes);
        await this.must('DX_DEFINE_SHADER', { shaderId: stage, type, sizeInBytes: tokens.byteLength });
        await this.must('DX_BIND_SHADER', { cid: 0, shid: stage, mobid: SHADER_MOB, offsetInBytes });
      }
      await this.must('DX_SET_SHADER', { shaderId: tokens === undefined ? SVGA3D_INVALID_ID : stage, type });
    }
  }

  /** Runs a draw. */
  async count(command: AnyCommand): Promise<DrawCounts> {
    for (const queryId of QUERIES.keys()) {
      await this.must('DX_BEGIN_QUERY', { queryId });
    }
    await this.run([command]);
    for (const queryId of QUERIES.keys()) {
      await this.must('DX_END_QUERY', { queryId });
    }
    const result = this.#mobs.get(QUERY_MOB)!.slice(0, QUERIES.length * QUERY_BYTES);
    const words = new Uint32Array(result.buffer);
    const stream = QUERY_BYTES / 4 + 1;
    return { samples: words[1], streamed: [words[stream], words[stream + 2]] };
  }

  /** The bytes of a surface as they are now. */
  read(sid: number): Promise<Uint8Array> {
    return this.look((device) => device.surfaceImage(sid)!.slice());
  }
}
