import { formatByName } from '@cg/surface-layout';
import { describe, expect, it } from 'vitest';
import { describeReplay, tabulateReplays, type Replayed } from './replay-text.js';

const huge = 999_999_999_999;

function replayed(wrongBytes: number): Replayed {
  const report = {
    frames: 99_999,
    bytesStored: huge,
    bytesChanged: huge,
    bytesUploaded: huge,
    bytesUploadedChanged: huge,
    bytesOfRectangles: huge,
    rectangles: 99_999,
    bytesFullUpload: huge,
    pagesDirtied: 99_999_999,
    boxes: 999_999,
    commands: 9_999_999,
    readFaults: 999_999,
    writeFaults: 9_999_999,
    scans: 99_999,
    entriesScanned: 99_999_999,
    methodSwitches: 999,
    wrongBytes,
  };
  const format = formatByName('B8G8R8X8_UNORM')!;
  const header = {
    title: 'a program',
    format,
    width: 1280,
    height: 720,
    surfaceBytes: 3686400,
    frames: 99_999,
  };
  return { path: `/somewhere/${'long-name-'.repeat(9)}.cgtrace.gz`, method: 'auto', header, report };
}

describe('replay text', () => {
  it('counts the cost at a price, and none without one', () => {
    expect(describeReplay(replayed(0))).not.toMatch(/cost/);
    const small = { ...replayed(0), price: { perByte: 0.5, perBox: 10 } };
    const report = { ...small.report, bytesUploaded: 1000, boxes: 7 };
    expect(describeReplay({ ...small, report })).toMatch(/cost of the uploads +570$/m);
  });

  it('marks wrong bytes', () => {
    expect(describeReplay(replayed(17))).toMatch(/wrong bytes +17: seen by the device or a CPU/);
    expect(describeReplay(replayed(0))).toMatch(/wrong bytes +0, in every frame/);
  });

  it('stays within 100 columns for any numbers', () => {
    const texts = [describeReplay(replayed(huge)), tabulateReplays([replayed(0), replayed(1_000_000)])];
    for (const line of texts.join('\n').split('\n')) {
      expect(line.trimEnd().length, line).toBeLessThanOrEqual(100);
    }
  });
});
