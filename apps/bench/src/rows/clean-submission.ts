import { Machine } from '@cg/machine';
import { CommandWriter } from '@cg/svga-device';
import { BenchError } from '../errors.js';
import type { Row } from '../row.js';
import { medianPass, type Clock } from '../timing.js';

const RESOURCES = 1000;
/** Texels a side: A8R8G8B8, a page. */
const SIDE = 32;
const A8R8G8B8 = 2;
const OURS = 'a submission';
const RIVAL = 'Map.get';

/**
 * A submission that names coherent surfaces in which nothing is dirty: checked, reserved, scanned, validated. Their
 * commands are ones that the driver need not send, so that none of it is the device's work.
 */
export function cleanSubmissionRow(clock: Clock): Row {
  return {
    name: '1,000 clean resources',
    unit: 'ns/each',
    ours: OURS,
    rival: RIVAL,
    async open() {
      const machine = new Machine({ cpus: 1, memoryBytes: 32 * 2 ** 20 });
      const { file } = machine.spawn();
      const buffer = file.createBuffer(RESOURCES * 4096).handle;
      const handles = Array.from({ length: RESOURCES }, (_, i) => {
        const backing = { buffer, offset: i * 4096 };
        return file.createSurface({ format: A8R8G8B8, width: SIDE, height: SIDE, coherent: true, backing })
          .handle;
      });
      const writer = new CommandWriter();
      handles.forEach((sid) => writer.write('READBACK_GB_IMAGE', { sid, face: 0, mipmap: 0 }));
      file.submit(writer.bytes).wait();
      const known = new Map(handles.map((handle) => [handle, { handle }]));
      let sum = 0;
      const submission = { prepare() {}, work: () => file.submit(writer.bytes).wait(), check() {} };
      const lookUps = {
        prepare() {
          sum = 0;
        },
        work() {
          for (const handle of handles) {
            sum += known.get(handle)?.handle ?? Number.NaN;
          }
        },
        check() {
          if (sum !== handles.reduce((total, handle) => total + handle, 0)) {
            throw new BenchError('EBADMSG', `${RIVAL}: not what was put in`, RIVAL);
          }
        },
      };
      return {
        ours: () => medianPass(clock, submission) / RESOURCES,
        rival: () => medianPass(clock, lookUps) / RESOURCES,
      };
    },
  };
}
