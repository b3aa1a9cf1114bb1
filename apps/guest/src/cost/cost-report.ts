import { colors } from '../output/colors.js';
import type { Spread } from './quantiles.js';
import type { CostReport, ProgramCost, Rivalry } from './measure-cost.js';
import { isInNoise } from './rounds.js';
import type { FrameCounts } from './frame-counter.js';

const NAME_COLUMNS = 9;

/** Whether a program failed: its pictures differ, or the device or the kernel complained. */
export function hasCostFailed(program: ProgramCost): boolean {
  return complaintsOf(program).length > 0;
}

/** A line for a program that is measured. */
export function costLine(program: ProgramCost): string {
  const { scene, frames, rounds, loss } = program;
  const line = `${scene}: ${percent(loss.median)} % lost, in ${rounds.length} rounds of ${frames} frames`;
  return `${[line, ...complaintsOf(program).map((what) => colors.red(`  ${what}`))].join('\n')}\n`;
}

/** The whole result as text, within 100 columns. */
export function describeCost(report: CostReport): string {
  const { programs, rivalry } = report;
  return `${[
    ...speedTable(programs),
    '',
    ...trafficTable(programs),
    '',
    rivalryLine(rivalry),
    '',
    ...footer(report),
  ].join('\n')}\n`;
}

/** The result as JSON, with the runs of every round. */
export function costAsJson(report: CostReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** Frames a second on the device for one on llvmpipe. */
export function timesLlvmpipe({ device, llvmpipe }: Rivalry): number {
  return device.framesPerSecond.median / llvmpipe.framesPerSecond.median;
}

function complaintsOf({ isSamePicture, refused, warnings }: ProgramCost): string[] {
  return [
    ...(isSamePicture ? [] : ['the picture with coherent memory is another one']),
    ...(refused === 0 ? [] : [`the device refused ${refused} commands`]),
    ...warnings.map((line) => `kernel: ${line}`),
  ];
}

function speedTable(programs: readonly ProgramCost[]): string[] {
  const widths = [10, 10, 8, 16, 16, 7, 7, 7, 7];
  const heads = ['explicit', 'coherent', 'lost %', 'quartiles', 'noise %', 'expl.', 'coh.', 'expl.', 'coh.'];
  const above = [20, 40, 14, 14];
  const groups = ['frames a second', '', 'guest ms', 'host ms'];
  return [
    colors.bold(rowOf('', groups, above)),
    colors.bold(rowOf('program', heads, widths)),
    ...programs.map((program) => {
      const { scene, explicit, coherent, loss, noise } = program;
      const cells = [
        rate(explicit.framesPerSecond.median),
        rate(coherent.framesPerSecond.median),
        percent(loss.median),
        quartiles(loss),
        quartiles(noise),
        milliseconds(explicit.guestMilliseconds.median),
        milliseconds(coherent.guestMilliseconds.median),
        milliseconds(explicit.hostMilliseconds.median),
        milliseconds(coherent.hostMilliseconds.median),
      ];
      return `${rowOf(scene, cells, widths)}${isInNoise(program) ? ' =' : ''}`;
    }),
  ];
}

function trafficTable(programs: readonly ProgramCost[]): string[] {
  const widths = [9, 9, 9, 9, 8, 8, 7, 7, 7, 7, 7];
  const heads = [
    'expl.',
    'coh.',
    'changed',
    'vmwgfx',
    'expl.',
    'coh.',
    'expl.',
    'coh.',
    'scans',
    'cleans',
    'prot.',
  ];
  const groups = ['bytes uploaded a frame', 'commands', 'faults', 'kernel, coherent'];
  return [
    colors.bold(rowOf('', groups, [36, 16, 14, 21])),
    colors.bold(rowOf('program', heads, widths)),
    ...programs.map(({ scene, explicit: { aFrame: explicit }, coherent: { aFrame: coherent } }) => {
      const cells = [
        count(explicit.bytesUploaded),
        count(coherent.bytesUploaded),
        count(coherent.changed),
        count(coherent.modelled),
        count(explicit.commands),
        count(coherent.commands),
        count(explicit.faults),
        count(coherent.faults),
        ...kernelCells(coherent),
      ];
      return rowOf(scene, cells, widths);
    }),
  ];
}

function kernelCells({ kernel }: FrameCounts): string[] {
  return kernel === undefined
    ? ['-', '-', '-']
    : [count(kernel.scans), count(kernel.cleans), count(kernel.protects)];
}

function rivalryLine(rivalry: Rivalry): string {
  const { scene, device, llvmpipe } = rivalry;
  const [own, other] = [device, llvmpipe].map(({ framesPerSecond }) => rate(framesPerSecond.median));
  const times = timesLlvmpipe(rivalry).toFixed(1);
  return `${scene}: ${own} frames a second on the device, ${other} on llvmpipe in the same guest: ${times} ×`;
}

function footer({ renderer, restored, startSeconds, seconds, programs }: CostReport): string[] {
  const how = restored ? 'continued' : 'booted';
  const rounds = programs[0]?.rounds.length ?? 0;
  const isProbed = programs.every(({ coherent }) => coherent.aFrame.kernel !== undefined);
  return [
    `Guest ${how} in ${startSeconds.toFixed(1)} s. Renderer: ${renderer}.`,
    `Medians of ${rounds} rounds of three runs of ${seconds} s: explicit, coherent, explicit again.`,
    'noise: explicit against itself; «=»: the loss is not above it. guest: by the clock of the guest;',
    'host: CPU time of all threads. changed: bytes that have another value than before; vmwgfx: what',
    '@cg/vmwgfx uploads for these. scans: of buffer objects; cleans, prot.: passes over page tables.',
    ...(isProbed ? [] : ["The guest's kernel has no kprobes on these functions: its scans are not counted."]),
  ];
}

function rowOf(name: string, cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map((cell, i) => ` ${cell.padStart(widths[i] - 1)}`);
  return `${name.padEnd(NAME_COLUMNS)}${padded.join('')}`.trimEnd();
}

function rate(value: number): string {
  return value < 100 ? value.toFixed(1) : value.toFixed(0);
}

function milliseconds(value: number): string {
  return value < 100 ? value.toFixed(2) : value.toFixed(0);
}

function percent(value: number): string {
  return value.toFixed(1);
}

function quartiles({ lower, upper }: Spread): string {
  return `${percent(lower)} to ${percent(upper)}`;
}

function count(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en-US') : value.toFixed(1);
}
