import { Machine, policyFor, replayTrace } from '@cg/machine';
import { openTrace } from '@cg/machine/trace';
import { describe, expect, it } from 'vitest';
import { PAGE_COUNTS } from '../src/model/page-states.js';
import { Player } from '../src/model/player.js';
import { seriesOf } from '../src/model/steps.js';
import { recordReplay } from '../src/record/record-replay.js';
import { packRecording, unpackRecording } from '../src/recording/recording-bytes.js';
import { traces } from './traces.js';

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((all, one) => all + one, 0);

describe.each(traces)('%s', (_, path) => {
  it('5.3, 7.3: watched, the replay has the same counts, and so have its pages and its steps', async () => {
    const driver = { makePolicy: policyFor('auto') };
    const unwatched = await replayTrace(new Machine({ driver }), await openTrace(path));
    let image: Uint8Array | undefined;
    // The report has the trace's stores only, not those that repair what the device has written.
    let stored = 0;
    let sid = (): number => -1;
    const machine = new Machine({ driver });
    const { recording, report } = await recordReplay(machine, await openTrace(path), {
      onStore: (_cpu, _offset, bytes) => {
        stored += bytes;
      },
      onReport: () => {
        image = machine.device.surfaceImage(sid())?.slice();
      },
      onSurfaces: ([surface]) => {
        sid = () => surface.deviceId();
      },
    });
    expect(report).toEqual(unwatched);
    expect(recording.limits).toEqual([]);
    const [counts] = recording.counts;
    expect({ ...counts, commands: recording.total.commands }).toMatchObject({
      bytesStored: stored,
      loadFaults: report.readFaults,
      storeFaults: report.writeFaults,
      pagesDirtied: report.pagesDirtied,
      scans: report.scans,
      methodSwitches: report.methodSwitches,
      boxes: report.boxes,
      bytesSent: report.bytesUploaded,
      bytesNeeded: report.bytesUploadedChanged,
      commands: report.commands,
    });
    const player = new Player(await unpackRecording(await packRecording(recording)));
    player.moveToStep(player.steps.count - 1);
    const { pages } = player;
    const dirtied = Array.from(
      { length: player.surface!.pages },
      (_, page) => pages!.counts[page * PAGE_COUNTS.length + 1],
    );
    expect(sum(dirtied)).toBe(report.pagesDirtied);
    const series = seriesOf(player.recording, player.steps, 0);
    expect([sum(series.sent), sum(series.needed), sum(series.boxes), sum(series.scans)]).toEqual([
      report.bytesUploaded,
      report.bytesUploadedChanged,
      report.boxes,
      report.scans,
    ]);
    expect(
      Buffer.compare(
        player.image(() => {})!,
        image!,
      ),
    ).toBe(0);
  });
});
