import type { Played } from '../render/play-to-mark.js';

/** A few lines on a replay. */
export function describePlayed({ statistics, marks, refused }: Played): string {
  const { commands, draws, drawsLeftOut, errors } = statistics;
  const lines = [
    `${commands} commands, ${draws} draws${drawsLeftOut > 0 ? `, ${drawsLeftOut} left out` : ''}`,
    `${marks.length} marks${marks.length > 0 ? `: ${marks[0]} … ${marks[marks.length - 1]}` : ''}`,
    ...(errors > 0 ? [`${errors} refused, at last: ${refused}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
