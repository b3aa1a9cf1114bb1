import {
  checkShader,
  decodeShader,
  formatShader,
  inspectShader,
  Vgpu10Error,
  type Program,
} from '@cg/vgpu10';
import { MemoryImageError } from '@cg/memory-image';
import { plainPipeline, translate, TranslateError } from '@cg/vgpu10-wgsl';
import { Command, InvalidArgumentError } from 'commander';
import { EXIT } from '../exit-codes.js';
import { readInput, readsInputTwice } from '../input/open-input.js';
import { fileError } from '../output/file-error.js';
import { boundShaderAsJson, shaderAsJson, shaderDamageAsJson } from '../output/shader-json.js';
import { describeChecked, describeFault, describeShaders } from '../output/shader-text.js';
import { tokensOf, type BoundShader } from '../shader/bound-shaders.js';
import { chosenShader, shadersOf, StreamInputError } from '../shader/stream-shaders.js';
import { withImage } from '../walk/image-tables.js';

interface ShaderOptions {
  readonly check?: boolean;
  readonly json?: boolean;
  readonly tokens?: boolean;
  readonly wgsl?: boolean;
  readonly stream?: string;
  readonly shader?: number;
  readonly context?: number;
  readonly memory?: string;
}

const DETAILS = `
A shader is VGPU10 tokens, which are those of Direct3D's shader models 4.0, 4.1 and 5.0:
little-endian words, of which the second is the length. «-» is standard input. It is printed as
assembly.

With --stream the shaders are those that a stream binds. A recording of a device, packed by gzip or
not, holds the guest's memory; a stream of commands, as cg decode reads it, needs it from --memory.
Without --shader they are listed; with it the last one that was bound with that id is taken.

--check lists what breaks a rule: registers that are not declared, blocks that do not fit, operands
and instructions that the stage or the model does not have, reserved bits.

--wgsl translates the shader by itself, with attributes, views and targets of floats; what WGSL
cannot express is an error with the index of the token.

Examples:
  $ cg shader shader.bin
  $ cg shader shader.bin --check
  $ cg shader shader.bin --json | jq .interface.inputs
  $ cg shader shader.bin --wgsl
  $ cg shader --stream traces/gltest.cgrec.gz
  $ cg shader --stream traces/gltest.cgrec.gz --shader 3 --tokens
  $ cg shader --stream commands.bin --memory memory.raw --shader 3

Exit codes: 0 success, 1 the tokens are damaged, or with --check a rule is broken, or with --wgsl
the shader cannot be translated, 2 bad input.`;

function parseId(text: string): number {
  if (!/^[0-9]{1,10}$/.test(text) || Number(text) >= 2 ** 32) {
    throw new InvalidArgumentError('It must be a whole number.');
  }
  return Number(text);
}

/** `cg shader`. Calls `exit` with the exit code. */
export function shaderCommand(exit: (code: number) => void): Command {
  return new Command('shader')
    .description('print, check and translate a shader: VGPU10 tokens')
    .argument('[tokens]', 'a file of tokens, or - for standard input')
    .option('--check', 'list what breaks a rule, in place of the shader')
    .option('--tokens', 'behind each statement, the index of its first token')
    .option('--wgsl', 'print the shader as WGSL')
    .option('--stream <file>', 'take the shader from a recording of a device, or a stream of commands')
    .option('--shader <id>', 'which shader of the stream', parseId)
    .option('--context <id>', 'of which DX context', parseId)
    .option('--memory <image>', "the guest's memory, for a stream of commands")
    .option('--json', 'print JSON: what the shader needs, its faults, its statements')
    .addHelpText('after', DETAILS)
    .action(async (path: string | undefined, options: ShaderOptions) => {
      exit(await shaderOf(path, options));
    });
}

/** A user's mistake in the arguments. */
function misuse(path: string | undefined, options: ShaderOptions): string | undefined {
  const { stream, shader, context, memory, wgsl, check, json, tokens } = options;
  if ((path === undefined) === (stream === undefined)) {
    return 'give either a file of tokens or --stream';
  }
  if (stream === undefined && [shader, context, memory].some((option) => option !== undefined)) {
    return '--shader, --context and --memory are for --stream';
  }
  if (wgsl && (check || json || tokens)) {
    return '--wgsl goes without --check, --json and --tokens';
  }
  return memory !== undefined && readsInputTwice([stream ?? '', memory])
    ? 'standard input is given twice'
    : undefined;
}

async function shaderOf(path: string | undefined, options: ShaderOptions): Promise<number> {
  const wrong = misuse(path, options);
  if (wrong !== undefined) {
    return badInput(wrong);
  }
  const source = path ?? options.stream!;
  try {
    const bytes = await readInput(source);
    if (path !== undefined) {
      return printShader(source, tokensOf(bytes), options);
    }
    return await ofStream(source, bytes, options);
  } catch (error) {
    return error instanceof StreamInputError
      ? badInput(`${source}: ${error.message}`)
      : badInput(fileError(source, error));
  }
}

function badInput(message: string): number {
  process.stderr.write(`cg: ${message}\n`);
  return EXIT.BAD_INPUT;
}

async function ofStream(source: string, bytes: Uint8Array, options: ShaderOptions): Promise<number> {
  const { memory } = options;
  if (memory === undefined) {
    return printFromStream(source, await shadersOf(bytes), options);
  }
  let shaders: readonly BoundShader[];
  try {
    shaders = await withImage(memory, {}, (image) => shadersOf(bytes, image));
  } catch (error) {
    if (error instanceof StreamInputError) {
      throw error;
    }
    return badInput(
      error instanceof MemoryImageError ? `${memory}: ${error.message}` : fileError(memory, error),
    );
  }
  return printFromStream(source, shaders, options);
}

function printFromStream(source: string, shaders: readonly BoundShader[], options: ShaderOptions): number {
  const { shader: id, context, json } = options;
  if (id !== undefined) {
    return printShader(source, chosenShader(shaders, { id, context }), options);
  }
  const listed = shaders.filter((shader) => context === undefined || shader.context === context);
  const lines = json ? listed.map(boundShaderAsJson) : describeShaders(listed);
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  return EXIT.OK;
}

function printShader(source: string, words: Uint32Array, options: ShaderOptions): number {
  let program: Program;
  try {
    program = decodeShader(words);
  } catch (error) {
    if (!(error instanceof Vgpu10Error)) {
      throw error;
    }
    if (options.json) {
      process.stdout.write(`${shaderDamageAsJson(error)}\n`);
    } else {
      process.stderr.write(`cg: ${source}: damaged at ${error.message}\n`);
    }
    return EXIT.CHECK_FAILED;
  }
  if (options.wgsl) {
    return printWgsl(source, program);
  }
  const faults = options.check || options.json ? checkShader(program) : [];
  process.stdout.write(outputOf(program, faults, options));
  return options.check && faults.length > 0 ? EXIT.CHECK_FAILED : EXIT.OK;
}

/** The module that the shader is translated to. */
function printWgsl(source: string, program: Program): number {
  try {
    const { shaders, key } = plainPipeline(program);
    const { vertex, pixel } = translate(shaders, key);
    process.stdout.write((pixel ?? vertex).code);
    return EXIT.OK;
  } catch (error) {
    if (!(error instanceof TranslateError)) {
      throw error;
    }
    process.stderr.write(`cg: ${source}: ${error.message}\n`);
    return EXIT.CHECK_FAILED;
  }
}

function outputOf(
  program: Program,
  faults: ReturnType<typeof checkShader>,
  { check, json, tokens = false }: ShaderOptions,
): string {
  if (json) {
    return `${shaderAsJson(program, inspectShader(program), faults)}\n`;
  }
  if (!check) {
    return formatShader(program, { places: tokens });
  }
  const lines =
    faults.length === 0 ? [describeChecked(program.statements.length)] : faults.map(describeFault);
  return lines.map((line) => `${line}\n`).join('');
}
