import { parseProgram, programOf } from '../program/parse-program.js';
import type { Program } from '../program/statement.js';

/** The statements of a text that uses names declared in another. */
export function statementsOf(text: string, declarations: string): Program {
  const known = programOf(parseProgram(declarations)).length;
  return programOf(parseProgram(`${declarations}\n${text}\n`)).slice(known);
}
