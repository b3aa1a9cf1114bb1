import { closeSync, openSync, writeSync } from 'node:fs';
import type { Recording } from '@cg/inspector';
import { errorOfWriting, writeErrorOf } from './write-error.js';

/** Files that show a run. */
export interface InspectionFiles {
  /** A page of the run. */
  readonly html?: string;
  /** A file in the Trace Event Format. */
  readonly trace?: string;
}

/** Events in a piece of a trace file: all of them may exceed the longest string. */
const PIECE = 10_000;

/** Whether a run is to be recorded. */
export function isInspected({ html, trace }: InspectionFiles): boolean {
  return html !== undefined || trace !== undefined;
}

/** Writes the files of a recorded run. @returns an error message for the first that cannot be written */
export async function writeInspection(
  recording: Recording,
  { html, trace }: InspectionFiles,
): Promise<string | undefined> {
  const { inspectorHtml, InspectorError, traceFile } = await import('@cg/inspector');
  if (html !== undefined) {
    const { pageProgram } = await import('@cg/inspector/node');
    try {
      const page = await inspectorHtml(recording, pageProgram());
      const error = writeErrorOf(html, page);
      if (error !== undefined) {
        return error;
      }
    } catch (error) {
      if (error instanceof InspectorError) {
        return `${html}: ${error.message}`;
      }
      throw error;
    }
  }
  if (trace !== undefined) {
    const { traceEvents, ...rest } = traceFile(recording);
    return writePieces(trace, traceEvents, JSON.stringify(rest).slice(1));
  }
  return undefined;
}

/** Writes `{"traceEvents":[…],` and the rest of the object. */
function writePieces(path: string, events: readonly unknown[], rest: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'w');
    writeSync(file, '{"traceEvents":[\n');
    for (let at = 0; at < events.length; at += PIECE) {
      const lines = events.slice(at, at + PIECE).map((event) => JSON.stringify(event));
      writeSync(file, `${at === 0 ? '' : ',\n'}${lines.join(',\n')}`);
    }
    writeSync(file, `\n],${rest}\n`);
    return undefined;
  } catch (error) {
    return errorOfWriting(path, error);
  } finally {
    if (file !== undefined) {
      closeSync(file);
    }
  }
}
