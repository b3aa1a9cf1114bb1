import { Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { EXIT } from './exit-codes.js';

const EXAMPLES = `
Examples:
  $ cg replay traces/gears.cgtrace.gz                 one recorded program, every frame checked
  $ cg replay --method scan traces/*.cgtrace.gz       all of them, always by scanning page tables
  $ cg replay --json traces/gears.cgtrace.gz | jq     the same numbers for a program
  $ cg litmus                                         small programs, each about a race or a rule
  $ cg walk memory.raw --cr3 0x2a0a000                what a real machine's page tables map
  $ cg layout --format BC3_UNORM --size 1000x600      where the texels of a surface lie
  $ cg decode commands.bin                            prints a stream of SVGA commands
  $ cg shader shader.bin                              prints a shader as assembly
  $ cg render traces/gltest.cgrec.gz                   a recording of a device, rendered in software
  $ cg guest --cases 10                               a real kernel drives the device

Exit codes: 0 success, 1 a check failed, 2 bad input, 70 a bug in cg.`;

type CommandOf = (exit: (code: number) => void) => Command;

/** In the order of the help. Each is loaded on demand: loading all of them takes longer than a walk. */
const COMMANDS: Readonly<Record<string, () => Promise<CommandOf>>> = {
  replay: async () => (await import('./commands/replay.js')).replayCommand,
  litmus: async () => (await import('./commands/litmus.js')).litmusCommand,
  walk: async () => (await import('./commands/walk.js')).walkCommand,
  layout: async () => (await import('./commands/layout.js')).layoutCommand,
  decode: async () => (await import('./commands/decode.js')).decodeCommand,
  shader: async () => (await import('./commands/shader.js')).shaderCommand,
  render: async () => (await import('./commands/render.js')).renderCommand,
  guest: async () => (await import('./commands/guest.js')).guestCommand,
};

/** The arguments of `guest`, a separate program that parses them; undefined for any other command. */
function guestArguments(args: readonly string[]): readonly string[] | undefined {
  if (args[0] === 'help' && args[1] === 'guest') {
    return ['--help'];
  }
  return args[0] === 'guest' ? args.slice(1) : undefined;
}

/** The command that the first argument names, or all of them for help and suggestions. */
function commandsFor([name = '']: readonly string[]): Promise<CommandOf[]> {
  const wanted = Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]] : Object.values(COMMANDS);
  return Promise.all(wanted.map((load) => load()));
}

/** Runs `cg` with the arguments after the program's name. @returns the exit code */
export async function run(args: readonly string[]): Promise<number> {
  const forGuest = guestArguments(args);
  if (forGuest !== undefined) {
    return (await import('./commands/guest.js')).runGuestProgram(forGuest);
  }
  let exitCode: number = EXIT.OK;
  const program = new Command('cg')
    .description(
      'Coherent graphics memory: replay, measure and check how written pages reach a paravirtual GPU.',
    )
    .version(manifest.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', EXAMPLES)
    .configureHelp({ helpWidth: 100 })
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'cg: ')) })
    .showSuggestionAfterError()
    .exitOverride();
  const exit = (code: number): void => {
    exitCode = code;
  };
  for (const commandOf of await commandsFor(args)) {
    const command = commandOf(exit);
    program.addCommand(command.copyInheritedSettings(program));
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      throw error;
    }
    // Requested help is an «error» with exit code 0; help for a missing command is not.
    return error.exitCode === 0 ? EXIT.OK : EXIT.BAD_INPUT;
  }
  return exitCode;
}
