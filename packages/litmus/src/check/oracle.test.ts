import { PAGE_SIZE, PhysicalMemory } from '@cg/pagetable';
import { formatByName, SurfaceLayout } from '@cg/surface-layout';
import type { SvgaDevice } from '@cg/svga-device';
import { describe, expect, it } from 'vitest';
import { CheckedSurface } from './checked-surface.js';
import { Content } from './content.js';
import type { Finding } from './finding.js';
import { CoherencyOracle } from './oracle.js';
import { SubmissionsUnderWay } from './submissions-under-way.js';

const BYTES = PAGE_SIZE;
const whole = { x: 0, y: 0, z: 0, width: BYTES, height: 1, depth: 1 };

/** One-page buffers, and images that the test writes in place of a device. */
function setUp(count = 1, isLate = false) {
  const memory = new PhysicalMemory(8 * PAGE_SIZE);
  const frames = memory.allocateFrames(1);
  const content = new Content('b', BYTES, frames);
  const layout = new SurfaceLayout({
    format: formatByName('BUFFER')!.id,
    width: BYTES,
    height: 1,
    depth: 1,
    mipLevels: 1,
    layers: 1,
    samples: 1,
  });
  const images = Array.from({ length: count }, () => new Uint8Array(BYTES));
  const surfaces = images.map((_, i) => {
    const surface = new CheckedSurface(`s${i}`, i + 1, layout, content, 0);
    surface.sid = i;
    return surface;
  });
  const findings: Finding[] = [];
  const device = { surfaceImage: (sid: number) => images[sid] } as unknown as SvgaDevice;
  const oracle = new CoherencyOracle(
    { memory, device, surfaces },
    (finding) => findings.push(finding),
    new SubmissionsUnderWay(isLate),
  );
  /** A command of the device copies a box to a surface, from another one that has the bytes of its image. */
  const write = (i: number, box: typeof whole = whole): void => {
    const from = new Content('source', BYTES);
    from.values.set(images[i]);
    const source = new CheckedSurface('source', 99, layout, from, 0);
    source.sid = i;
    oracle.commandStarts();
    oracle.reads(source, 0, box);
    oracle.written(surfaces[i], 0, box);
  };
  const page = memory.u8.subarray(frames[0] * PAGE_SIZE, (frames[0] + 1) * PAGE_SIZE);
  const store = (offset: number, ...values: number[]): void => {
    page.set(values, offset);
    oracle.step++;
    oracle.stored(content, offset, Uint8Array.from(values));
  };
  return { oracle, content, surfaces, images, findings, page, store, write };
}

describe('CoherencyOracle', () => {
  it('lost: the device reads too old a value, and the finding names the step that stored the newest', () => {
    const { oracle, surfaces, images, findings, store } = setUp();
    store(10, 1, 2);
    store(11, 3);
    images[0].set([1, 2], 10);
    oracle.step++;
    oracle.reads(surfaces[0], 0, whole);
    expect(findings).toEqual([
      {
        kind: 'lost',
        step: 3,
        by: 'device',
        name: 'b',
        offset: 11,
        bytes: 1,
        seen: 2,
        expected: 3,
        writer: 2,
      },
    ]);
    expect(oracle.counts).toMatchObject({ lost: 1, stale: 0, compared: BYTES });
  });

  it('lost: a CPU loads a value that the device has overwritten', () => {
    const { oracle, content, images, findings, page, write } = setUp();
    images[0][5] = 9;
    oracle.step = 1;
    write(0);
    oracle.step = 2;
    oracle.loaded(content, 4, page.subarray(4, 8), 'cpu 1');
    expect(findings).toMatchObject([
      { kind: 'lost', by: 'cpu 1', offset: 5, seen: 0, expected: 9, writer: 1 },
    ]);
    page[5] = 9;
    oracle.loaded(content, 4, page.subarray(4, 8), 'cpu 1');
    expect(findings).toHaveLength(1);
  });

  it('stale: an update overwrites device writes with older content; excess: bytes that the device had already', () => {
    const { oracle, surfaces, images, findings, store, write } = setUp();
    store(0, 7);
    images[0].fill(5, 100, 110);
    oracle.step++;
    write(0, { ...whole, x: 100, width: 10 });
    oracle.uploads(surfaces[0], 0, whole, true);
    expect(oracle.counts).toMatchObject({ stale: 10, uploaded: BYTES, excess: BYTES - 11, lost: 0 });
    expect(findings[0]).toMatchObject({ kind: 'stale', offset: 100, seen: 0, expected: 5, writer: 2 });
  });

  it('1.1: during a submission a byte has the value before or after a store', () => {
    const { oracle, surfaces, images, findings, store } = setUp();
    store(0, 1);
    const submission = oracle.submissions.begin(1);
    store(0, 2);
    store(0, 3);
    for (const value of [1, 2, 3]) {
      images[0][0] = value;
      oracle.reads(surfaces[0], 0, whole);
    }
    expect(findings).toEqual([]);
    images[0][0] = 0;
    oracle.reads(surfaces[0], 0, whole);
    expect(findings).toHaveLength(1);
    oracle.submissions.returned(submission, undefined, true);
    images[0][0] = 2;
    oracle.reads(surfaces[0], 0, whole);
    expect(findings).toHaveLength(2);
  });

  it('aliasing surfaces: a device write to one need not be visible in the other before a load', () => {
    const { oracle, content, surfaces, images, findings, page, write } = setUp(2);
    images[0][3] = 8;
    write(0, { ...whole, width: 16 });
    oracle.reads(surfaces[1], 0, whole);
    expect(findings).toEqual([]);
    oracle.loaded(content, 0, page.subarray(0, 16), 'cpu 0');
    expect(findings, 'the CPU has to see it').toHaveLength(1);
    images[0][3] = 0;
    oracle.reads(surfaces[0], 0, whole);
    expect(findings, 'and the surface itself').toHaveLength(2);
  });

  it('aliasing surfaces: a value that a CPU has loaded must be visible in the other', () => {
    const { oracle, content, surfaces, images, findings, page, write } = setUp(2);
    images[0][3] = 8;
    write(0, { ...whole, width: 16 });
    page[3] = 8;
    oracle.loaded(content, 0, page.subarray(0, 16), 'cpu 0');
    oracle.reads(surfaces[1], 0, whole);
    expect(findings).toMatchObject([{ kind: 'lost', by: 'device', offset: 3, seen: 0, expected: 8 }]);
  });

  it('aliasing surfaces: the other may show an older value, but none that the byte never had', () => {
    const { oracle, surfaces, images, findings, store, write } = setUp(2);
    store(3, 4);
    images.forEach((image) => (image[3] = 4));
    images[0][3] = 8;
    oracle.step++;
    write(0, { ...whole, width: 16 });
    for (const value of [4, 8]) {
      images[1][3] = value;
      oracle.reads(surfaces[1], 0, whole);
    }
    expect(findings).toEqual([]);
    images[1][3] = 5;
    oracle.reads(surfaces[1], 0, whole);
    expect(findings).toMatchObject([{ kind: 'lost', offset: 3, seen: 5, expected: 8 }]);
    images[0][3] = 4;
    oracle.reads(surfaces[0], 0, whole);
    expect(findings, 'the surface itself has the newest').toHaveLength(2);
  });

  it('both surfaces written by the device: either value, also if a store follows during a submission', () => {
    const { oracle, content, surfaces, images, findings, store, write } = setUp(2);
    images[0][0] = 1;
    write(0);
    images[1][0] = 2;
    write(1);
    const submission = oracle.submissions.begin(1);
    store(0, 3);
    const read = (value: number) => {
      images[0][0] = value;
      oracle.reads(surfaces[0], 0, whole);
      return findings.length;
    };
    expect([read(1), read(2), read(3)], 'any of the three').toEqual([0, 0, 0]);
    expect(read(4), 'and nothing else').toBe(1);
    oracle.submissions.returned(submission, undefined, true);
    expect([read(3), read(1)], 'the next submission reads the stored value').toEqual([1, 2]);
    expect(content.allows(0, 2, surfaces[1].number, Infinity)).toBe(false);
  });

  it('both surfaces written by the device: the value that a CPU has seen is the only one from then on', () => {
    const { oracle, content, images, findings, page, write } = setUp(2);
    images[0][0] = 1;
    write(0);
    images[1][0] = 2;
    write(1);
    page[0] = 1;
    oracle.loaded(content, 0, page.subarray(0, 1), 'cpu 0');
    expect(findings).toEqual([]);
    page[0] = 2;
    oracle.loaded(content, 0, page.subarray(0, 1), 'cpu 0');
    expect(findings).toMatchObject([{ kind: 'lost', by: 'cpu 0', seen: 2, expected: 1 }]);
  });

  it('1.1: commands read the writes of earlier commands of the submission, loads the value before or after', () => {
    const { oracle, content, surfaces, images, findings, page, write } = setUp();
    oracle.submissions.begin(1);
    images[0][0] = 7;
    write(0);
    oracle.loaded(content, 0, page.subarray(0, 1), 'cpu 0');
    expect(findings).toEqual([]);
    images[0][0] = 0;
    oracle.reads(surfaces[0], 0, whole);
    expect(findings).toMatchObject([{ kind: 'lost', by: 'device', seen: 0, expected: 7 }]);
  });

  it('lost: a command writes other bytes than it has read', () => {
    const { oracle, surfaces, images, findings } = setUp(2);
    oracle.commandStarts();
    oracle.reads(surfaces[0], 0, whole);
    images[1][9] = 5;
    oracle.step = 1;
    oracle.written(surfaces[1], 0, whole);
    expect(findings).toMatchObject([{ kind: 'lost', by: 'device', offset: 9, seen: 5, expected: 0 }]);
  });

  it('1.2: until its fence has passed a load may miss what a submission writes, and must not miss it later', () => {
    const { oracle, content, images, findings, page, write } = setUp();
    const submission = oracle.submissions.begin(1);
    oracle.submissions.returned(submission, 7, false);
    images[0][3] = 8;
    write(0);
    oracle.loaded(content, 0, page.subarray(0, 16), 'cpu 0');
    expect(findings).toEqual([]);
    oracle.submissions.passed(7);
    oracle.loaded(content, 0, page.subarray(0, 16), 'cpu 0');
    expect(findings).toMatchObject([{ kind: 'lost', by: 'cpu 0', offset: 3, seen: 0, expected: 8 }]);
  });

  it('1.1: commands of a submission that runs late read what was stored before it, or newer, and nothing older', () => {
    const { oracle, surfaces, images, findings, store } = setUp(1, true);
    const first = oracle.submissions.begin(1);
    oracle.submissions.returned(first, 1, false);
    store(0, 1);
    const second = oracle.submissions.begin(2);
    oracle.submissions.returned(second, 2, false);
    store(0, 2);
    const read = (value: number): number => {
      images[0][0] = value;
      oracle.reads(surfaces[0], 0, whole);
      return findings.length;
    };
    expect([read(0), read(1), read(2)], 'the first').toEqual([0, 0, 0]);
    oracle.submissions.passed(1);
    expect([read(1), read(2)], 'the second').toEqual([0, 0]);
    expect(read(0)).toBe(1);
  });

  it('keeps no more older values than images and memory can show, however often the device writes', () => {
    const { oracle, content, surfaces, images, findings, write } = setUp(2);
    for (let value = 1; value < 256; value++) {
      images[0].fill(value);
      write(0);
    }
    expect(content.furtherValues).toBeLessThan(9);
    images[1].fill(0);
    oracle.reads(surfaces[1], 0, whole);
    expect(findings).toEqual([]);
  });
});
