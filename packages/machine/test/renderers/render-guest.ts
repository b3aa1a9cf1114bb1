import { CONTRACT_PAGE, ContractGuest, type TestRenderer } from '@cg/svga-device/renderer-contract';
import { SVGA3D_INVALID_ID, type CommandFields, type CommandName } from '@cg/svga-protocol';

/** A command with its fields. */
export type AnyCommand = {
  readonly [N in CommandName]: readonly [name: N, fields: CommandFields<N>];
}[CommandName];

/** By SVGA3dShaderType less 1: vertex, pixel and geometry shader. */
export type ShaderTokens = readonly [Uint32Array, Uint32Array | undefined, Uint32Array | undefined];

const PAGES = 512;
const SHADER_MOB = 40;
const QUERY_MOB = 41;
const SHADER_PAGES = 2;
const OCCLUSION = 0;
/** State, and the count of samples. */
const QUERY_BYTES = 8;

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
    await this.must('DX_DEFINE_QUERY', { queryId: 0, type: OCCLUSION, flags: 0 });
    await this.must('DX_BIND_QUERY', { queryId: 0, mobid: QUERY_MOB });
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
    this.#mobs.set(sid, await this.defineMob(sid, Math.ceil(bytes.length / CONTRACT_PAGE)));
    await this.must('DEFINE_GB_SURFACE_V2', { ...plainSurface, ...fields });
    await this.must('BIND_GB_SURFACE', { sid, mobid: sid });
    await this.upload(sid, bytes);
  }

  /** Gives a surface other bytes. */
  async upload(sid: number, bytes: Uint8Array): Promise<void> {
    this.#mobs.get(sid)?.set(bytes);
    await this.must('UPDATE_GB_SURFACE', { sid });
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

  /** Runs a draw. @returns the samples that it has drawn */
  async count(command: AnyCommand): Promise<number> {
    await this.must('DX_BEGIN_QUERY', { queryId: 0 });
    await this.run([command]);
    await this.must('DX_END_QUERY', { queryId: 0 });
    const result = this.#mobs.get(QUERY_MOB)!.slice(0, QUERY_BYTES);
    return new Uint32Array(result.buffer)[1];
  }

  /** The bytes of a surface as they are now. */
  read(sid: number): Promise<Uint8Array> {
    return this.look((device) => device.surfaceImage(sid)!.slice());
  }
}
