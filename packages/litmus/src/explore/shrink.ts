import type { AccessStatement, Program, Statement } from '../program/statement.js';

/** The most runs for shrinking one failure. */
const MAX_RUNS = 3000;

/**
 * The smallest program that still fails: without the steps that are not needed, and with simpler accesses, boxes and
 * machine.
 * @param fails runs a program, and returns whether it fails in the same way
 * @param onTry called after each run
 */
export function shrinkProgram(
  program: Program,
  fails: (candidate: Program) => boolean,
  onTry?: () => void,
): Program {
  let runs = 0;
  const stillFails = (candidate: Program): boolean => {
    runs++;
    onTry?.();
    return runs <= MAX_RUNS && isWhole(candidate) && fails(candidate);
  };
  let smallest = program;
  let before: number;
  do {
    before = smallest.length;
    smallest = withSimplerSteps(withoutParts(smallest, stillFails), stillFails);
  } while (smallest.length < before);
  return smallest;
}

/** Removes runs of steps, from halves of the program down to single ones (Zeller's ddmin). */
function withoutParts(program: Program, fails: (candidate: Program) => boolean): Program {
  let kept = program;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = kept.length - size; start > -size;) {
      const from = Math.max(start, 0);
      const candidate = [...kept.slice(0, from), ...kept.slice(start + size)];
      if (candidate.length < kept.length && fails(candidate)) {
        kept = candidate;
      }
      start = Math.min(start - size, kept.length - size);
    }
  }
  return kept;
}

function withSimplerSteps(program: Program, fails: (candidate: Program) => boolean): Program {
  let simplest = program;
  // From the end, so that the machine comes last: accesses name its CPUs.
  for (let at = simplest.length - 1; at >= 0; at--) {
    for (const simpler of simplerForms(simplest[at])) {
      const candidate = simplest.with(at, simpler);
      if (fails(candidate)) {
        simplest = candidate;
        break;
      }
    }
  }
  return simplest;
}

/** Simpler replacements of a statement, the simplest first. */
function simplerForms(statement: Statement): Statement[] {
  switch (statement.kind) {
    case 'store':
    case 'load':
      return simplerAccesses(statement);
    case 'at':
      return [
        statement.step,
        ...simplerForms(statement.step).map((step) => ({ ...statement, step }) as Statement),
      ];
    case 'machine': {
      const { objects: _, graphics: __, ...plain } = statement;
      const { dx: ___, ...withoutDx } = plain;
      const { delay: ____, ...atOnce } = withoutDx;
      const { shadow: _____, ...unshadowed } = atOnce;
      const simpler = [
        { ...unshadowed, cpus: 1 },
        { ...atOnce, cpus: 1 },
        { ...withoutDx, cpus: 1 },
        { ...plain, cpus: 1 },
      ];
      return [...simpler, { ...plain, cpus: 2 }, plain];
    }
    case 'submit':
      return statement.commands.length > 1
        ? statement.commands.map((command) => ({ ...statement, commands: [command] }))
        : statement.commands.flatMap((command) =>
            command.kind === 'copy' && command.part !== undefined
              ? [{ ...statement, commands: [{ kind: 'copy', from: command.from, to: command.to } as const] }]
              : [],
          );
    case 'unmap':
      return statement.range === undefined
        ? []
        : [{ kind: 'unmap', process: statement.process, name: statement.name }];
    default:
      return [];
  }
}

function simplerAccesses(access: AccessStatement): AccessStatement[] {
  const page = access.offset - (access.offset % 4096);
  const tried = [
    { ...access, cpu: 0, offset: 0, bytes: 1 },
    { ...access, offset: 0, bytes: 1 },
    { ...access, cpu: 0, offset: page, bytes: 1 },
    { ...access, offset: page, bytes: 1 },
    { ...access, bytes: 1 },
    { ...access, bytes: Math.ceil(access.bytes / 2) },
    { ...access, cpu: 0 },
  ];
  return tried.filter((simpler) => JSON.stringify(simpler) !== JSON.stringify(access));
}

/** Whether every name is declared before its use, so that the program can be printed and parsed again. */
function isWhole(program: Program): boolean {
  const known = new Set<string>();
  return program.every((statement) => {
    const uses = namesUsed(statement).every((name) => known.has(name));
    if (statement.kind === 'process' || statement.kind === 'buffer' || statement.kind === 'surface') {
      known.add(statement.name);
    } else if (statement.kind === 'fork') {
      known.add(statement.child);
    }
    return uses;
  });
}

function namesUsed(statement: Statement): string[] {
  switch (statement.kind) {
    case 'surface':
      return statement.backing === undefined ? [] : [statement.backing.buffer];
    case 'at':
      return namesUsed(statement.step);
    case 'submit':
      return statement.commands.flatMap((command) =>
        command.kind === 'copy' ? [command.from, command.to] : [command.surface, command.buffer],
      );
    case 'process':
    case 'buffer':
      return [];
    default: {
      const { process, name } = statement as { process?: string; name?: string };
      return [process, name].filter((used) => used !== undefined);
    }
  }
}
