import type { Finding } from '../check/finding.js';
import { printStatement } from '../program/print-program.js';
import type { Program } from '../program/statement.js';
import { chainOf } from './chain.js';
import type { Timeline } from './timeline.js';

const hex = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;

/** A finding as a sentence. */
export function findingText(finding: Finding, program: Program): string {
  const { kind, step, by, name, offset, bytes, seen, expected, writer, message = '' } = finding;
  const at = `byte ${offset} of ${name}`;
  const wrote = writer === 0 ? 'the initial content' : `of step ${writer}: ${textOf(program, writer)}`;
  switch (kind) {
    case 'lost': {
      const more = bytes === 1 ? '' : ` and ${bytes - 1} more`;
      return `lost: in step ${step} the ${by} read ${hex(seen)} in ${at}${more}, not ${hex(expected)} ${wrote}`;
    }
    case 'stale':
      return [
        `stale upload: in step ${step} an update of ${message} put ${hex(seen)} from memory over ${at},`,
        `which was ${hex(expected)} ${wrote}`,
      ].join(' ');
    case 'needless':
      return `needless upload: in step ${step} an update of ${message} put ${at} on the device again`;
    case 'misplaced': {
      const where = by === 'device' ? 'bound on the device' : 'mapped';
      const place = `byte ${offset} of ${message}`;
      return `misplaced: in step ${step} surface ${name} was ${where} at another place than ${place}`;
    }
    case 'leak':
      return `leak: ${message}`;
    case 'crash':
      return `crash: step ${step} (${textOf(program, step)}) failed with ${message}`;
  }
}

/** The chain behind a finding, one line per link. */
export function chainText(finding: Finding, timeline: Timeline): string[] {
  return chainOf(finding, timeline).map(({ link, event, missing = '' }) => {
    const what =
      event === undefined ? `MISSING: ${missing}` : `step ${event.step}, ${event.lane}: ${event.text}`;
    return `  ${link.padEnd(10)}${what}`;
  });
}

function textOf(program: Program, step: number): string {
  const statement = program.at(step - 1);
  return statement === undefined ? '' : printStatement(statement);
}
