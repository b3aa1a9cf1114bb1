import { LitmusError } from '../errors.js';
import { parseStatement } from './parse-statement.js';
import type { Program, ProgramLine, Statement } from './statement.js';
import { Words } from './words.js';

/** A limit far above any program written by hand or shrunk. */
const MAX_STATEMENTS = 100_000;

/** A parsed program: its statements with their lines, and its leading comments. */
export interface ProgramText {
  readonly lines: readonly ProgramLine[];
  /** The comment lines before the first statement, without their #. */
  readonly title: readonly string[];
}

/**
 * Parses a program. Names are declared before their use.
 * @throws LitmusError EBADMSG with the line
 */
export function parseProgram(text: string): ProgramText {
  const lines: ProgramLine[] = [];
  const title: string[] = [];
  const names = new Names();
  text.split('\n').forEach((whole, i) => {
    const { code, comment } = splitLine(whole);
    const words = new Words(code, i + 1);
    if (words.isEmpty) {
      if (lines.length === 0 && comment !== undefined) {
        title.push(comment);
      }
      return;
    }
    const statement = parseStatement(words);
    words.end();
    if (statement.kind === 'machine' && lines.length > 0) {
      words.fail('"machine" comes before everything else');
    }
    names.check(statement, i + 1);
    lines.push({ line: i + 1, statement });
    if (lines.length > MAX_STATEMENTS) {
      throw new LitmusError('EBADMSG', `a program has at most ${MAX_STATEMENTS} statements`, i + 1);
    }
  });
  return { lines, title };
}

/** The text before the first # outside quotes, and the text after it. */
function splitLine(line: string): { readonly code: string; readonly comment?: string } {
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === "'") {
      quoted = !quoted;
    } else if (line[i] === '#' && !quoted) {
      return { code: line.slice(0, i), comment: line.slice(i + 1).trim() };
    }
  }
  return { code: line };
}

/** The statements alone. @throws as `parseProgram` */
export function programOf({ lines }: ProgramText): Program {
  return lines.map(({ statement }) => statement);
}

type NameKind = 'process' | 'buffer' | 'surface';

/** The names of a program and their kinds, in order of declaration. */
class Names {
  readonly #kinds = new Map<string, NameKind>();

  /** @throws LitmusError EBADMSG for a name that is taken, unknown, or another kind of thing */
  check(statement: Statement, line: number): void {
    const need = (name: string, ...kinds: NameKind[]): void => {
      const kind = this.#kinds.get(name);
      if (kind === undefined || !kinds.includes(kind)) {
        throw new LitmusError('EBADMSG', `"${name}" is not the name of a ${kinds.join(' or ')}`, line);
      }
    };
    const make = (name: string, kind: NameKind): void => {
      if (this.#kinds.has(name)) {
        throw new LitmusError('EBADMSG', `"${name}" is taken`, line);
      }
      this.#kinds.set(name, kind);
    };
    switch (statement.kind) {
      case 'process':
      case 'buffer':
        return make(statement.name, statement.kind);
      case 'surface':
        if (statement.backing !== undefined) {
          need(statement.backing.buffer, 'buffer');
        }
        return make(statement.name, 'surface');
      case 'run':
      case 'exit':
        return need(statement.process, 'process');
      case 'map':
      case 'unmap':
      case 'protect':
      case 'move':
        need(statement.process, 'process');
        return need(statement.name, 'surface', 'buffer');
      case 'fork':
        need(statement.process, 'process');
        return make(statement.child, 'process');
      case 'store':
      case 'load':
      case 'evict':
      case 'destroy':
        return need(statement.name, 'surface', 'buffer');
      case 'submit':
        for (const command of statement.commands) {
          if (command.kind === 'copy') {
            need(command.from, 'surface');
            need(command.to, 'surface');
          } else {
            need(command.surface, 'surface');
            need(command.buffer, 'buffer');
          }
        }
        return;
      case 'check':
        return statement.name === undefined ? undefined : need(statement.name, 'surface', 'buffer');
      case 'at':
        return this.check(statement.step, line);
      case 'machine':
      case 'wait':
      case 'fail':
      case 'expect':
        return;
    }
  }
}
