import type { PlayedOnGpu } from '../render/play-on-gpu.js';

/** A few lines on a replay. */
export function describePlayed({ statistics, marks, refused, gpu }: PlayedOnGpu): string {
  const { commands, draws, drawsLeftOut, errors } = statistics;
  const lines = [
    `${commands} commands, ${draws} draws${drawsLeftOut > 0 ? `, ${drawsLeftOut} left out` : ''}`,
    `${marks.length} marks${marks.length > 0 ? `: ${marks[0]} … ${marks[marks.length - 1]}` : ''}`,
    ...(gpu === undefined ? [] : linesOf(gpu)),
    ...(errors > 0 ? [`${errors} refused, at last: ${refused}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function linesOf({ adapter, omissions, lostDevices }: NonNullable<PlayedOnGpu['gpu']>): string[] {
  return [
    `on ${adapter}`,
    ...(lostDevices > 0 ? [`${lostDevices} times the device was lost`] : []),
    ...omissions.map(([what, count]) => `not drawn, ${count} times: ${what}`),
  ];
}
