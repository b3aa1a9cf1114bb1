import { basename } from 'node:path';
import type { ReplayReport, TrackingMethodName } from '@cg/machine';
import type { TraceHeader } from '@cg/machine/trace';
import type { BoxPrice } from '@cg/surface-layout';
import { colors } from './colors.js';
import { plainTable } from './plain-table.js';
import { waysText, type UploadWay } from './upload-ways.js';

/** A completed replay. */
export interface Replayed {
  readonly path: string;
  readonly method: TrackingMethodName;
  readonly header: TraceHeader;
  readonly report: ReplayReport;
  /** What a transport asks for a byte and a box, if costs are to be counted. */
  readonly price?: BoxPrice;
  /** Single boxes first; with a price. */
  readonly ways?: readonly UploadWay[];
}

/** What the uploads cost on a transport; null without a price. */
export function uploadCost({ report, price }: Pick<Replayed, 'report' | 'price'>): number | null {
  return price === undefined ? null : report.bytesUploaded * price.perByte + report.boxes * price.perBox;
}

const NAME_WIDTH = 18;

function exact(value: number): string {
  return value.toLocaleString('en-US');
}

/** Exact below a million. */
function compact(value: number): string {
  return value < 1e6 ? exact(value) : `${(value / 1e6).toFixed(1)}M`;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

function share(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}

function shortName(path: string): string {
  const name = basename(path).replace(/\.cgtrace\.gz$/, '');
  return name.length > NAME_WIDTH ? `${name.slice(0, NAME_WIDTH - 1)}…` : name;
}

function verdict(wrongBytes: number): string {
  return wrongBytes === 0
    ? colors.green('0, in every frame, on the device and as the CPU sees it')
    : colors.red(`${exact(wrongBytes)}: seen by the device or a CPU`);
}

/** One replay, one count per line. */
export function describeReplay(replayed: Replayed): string {
  const { path, method, header, report } = replayed;
  const cost = uploadCost(replayed);
  const { width, height, format, title } = header;
  const name = format.name.replace('SVGA3D_', '');
  const uploadShare = share(report.bytesUploaded, report.bytesFullUpload);
  const newShare = share(report.bytesUploadedChanged, report.bytesUploaded);
  const facts: [string, string][] = [
    [
      'bytes stored by the CPUs',
      `${exact(report.bytesStored)}, of which ${exact(report.bytesChanged)} changed something`,
    ],
    ['bytes uploaded', `${exact(report.bytesUploaded)}, ${uploadShare} of a full upload each frame`],
    ['new to the device', `${exact(report.bytesUploadedChanged)}, ${newShare} of those uploaded`],
    ['bytes of a full upload', exact(report.bytesFullUpload)],
    ['bytes of rectangles', `${exact(report.bytesOfRectangles)}, one around the stores of each submission`],
    ['pages found dirty', exact(report.pagesDirtied)],
    ['boxes uploaded', exact(report.boxes)],
    ...(cost === null ? [] : [['cost of the uploads', exact(cost)] satisfies [string, string]]),
    ['device commands', exact(report.commands)],
    ['page faults', `${exact(report.readFaults)} on loads, ${exact(report.writeFaults)} on stores`],
    ['scans', `${exact(report.scans)}, of ${exact(report.entriesScanned)} page-table entries`],
    ['method switches', exact(report.methodSwitches)],
    ['wrong bytes', verdict(report.wrongBytes)],
  ];
  const lines = facts.map(([what, value]) => `  ${what.padEnd(26)}${value}`);
  return [
    colors.bold(`${shortName(path)}${title === '' ? '' : `: ${title}`}`),
    `  ${width}x${height} ${name}, ${exact(report.frames)} frames, method ${method}`,
    '',
    ...lines,
    textOfWays([replayed]),
  ].join('\n');
}

function textOfWays(replays: readonly Replayed[]): string {
  const compared = replays.flatMap(({ path, ways }) =>
    ways === undefined ? [] : [{ name: shortName(path), ways }],
  );
  const price = replays.at(0)?.price;
  return compared.length === 0 || price === undefined ? '' : `\n${waysText(compared, price)}`;
}

/** Several replays, one row each: what was moved, then the cost of tracking. */
export function tabulateReplays(replays: readonly Replayed[]): string {
  const moved = plainTable(
    ['trace', 'method', 'frames', 'stored', 'changed', 'uploaded', 'new', 'full', 'share', 'wrong'],
    2,
  );
  const work = plainTable(
    ['trace', 'method', 'pages', 'boxes', 'commands', 'read', 'write', 'scans', 'entries', 'switches'],
    2,
  );
  for (const { path, method, report } of replays) {
    const { frames, bytesStored, bytesChanged, bytesUploaded, bytesFullUpload, wrongBytes } = report;
    const { bytesUploadedChanged } = report;
    moved.push([
      shortName(path),
      method,
      compact(frames),
      mebibytes(bytesStored),
      mebibytes(bytesChanged),
      mebibytes(bytesUploaded),
      share(bytesUploadedChanged, bytesUploaded),
      mebibytes(bytesFullUpload),
      share(bytesUploaded, bytesFullUpload),
      wrongBytes === 0 ? colors.green('0') : colors.red(compact(wrongBytes)),
    ]);
    const counts = [
      report.pagesDirtied,
      report.boxes,
      report.commands,
      report.readFaults,
      report.writeFaults,
    ];
    const scanning = [report.scans, report.entriesScanned, report.methodSwitches];
    work.push([shortName(path), method, ...[...counts, ...scanning].map(compact)]);
  }
  return [
    colors.bold('Moved (MiB; new: uploaded bytes that changed the device; share: uploaded / full)'),
    moved.toString(),
    '',
    colors.bold('Tracking (read, write: page faults; entries: page-table entries looked at)'),
    work.toString(),
    textOfWays(replays),
  ].join('\n');
}
