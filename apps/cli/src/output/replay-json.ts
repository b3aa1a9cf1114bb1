import { uploadCost, type Replayed } from './replay-text.js';
import { pricedWays } from './upload-ways.js';

/** One line of JSON, with the fields in this order. */
export function replaysAsJson(replays: readonly Replayed[]): string {
  const rows = replays.map((replayed) => {
    const { path, method, report } = replayed;
    return {
      trace: path,
      method,
      frames: report.frames,
      bytesStored: report.bytesStored,
      bytesChanged: report.bytesChanged,
      bytesUploaded: report.bytesUploaded,
      bytesUploadedChanged: report.bytesUploadedChanged,
      bytesOfRectangles: report.bytesOfRectangles,
      rectangles: report.rectangles,
      bytesFullUpload: report.bytesFullUpload,
      pagesDirtied: report.pagesDirtied,
      boxes: report.boxes,
      commands: report.commands,
      readFaults: report.readFaults,
      writeFaults: report.writeFaults,
      scans: report.scans,
      entriesScanned: report.entriesScanned,
      methodSwitches: report.methodSwitches,
      uploadCost: uploadCost(replayed),
      ways: waysAsJson(replayed),
      wrongBytes: report.wrongBytes,
    };
  });
  return `${JSON.stringify({ replays: rows })}\n`;
}

/** JSON has no Infinity: a way that is cheaper whatever a box costs has null for a bound. */
function waysAsJson({ ways, price }: Replayed) {
  return ways === undefined || price === undefined
    ? null
    : pricedWays(ways, price).map((one) => ({
        ...one,
        cheaperBelow: one.cheaperBelow === Infinity ? null : one.cheaperBelow,
      }));
}
