import { uploadCost, type Replayed } from './replay-text.js';

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
      wrongBytes: report.wrongBytes,
    };
  });
  return `${JSON.stringify({ replays: rows })}\n`;
}
