import { describe, expect, it } from 'vitest';
import { costAsJson, costLine, describeCost, hasCostFailed, timesLlvmpipe } from './cost-report.js';
import { costAsSvg } from './cost-svg.js';
import type { CostReport, ModeCost, ProgramCost } from './measure-cost.js';
import type { Spread } from './quantiles.js';

function around(median: number, half: number): Spread {
  return { median, lower: median - half, upper: median + half };
}

function rate(framesPerSecond: number) {
  const milliseconds = 1000 / framesPerSecond;
  return {
    framesPerSecond: around(framesPerSecond, 1),
    guestMilliseconds: around(milliseconds, 0),
    hostMilliseconds: around(2 * milliseconds, 0),
  };
}

function mode(framesPerSecond: number, bytesUploaded: number): ModeCost {
  const kernel = { scans: 4, cleans: 3, protects: 1, writeFaults: 2 };
  const counts = { bytesUploaded, bytesReadBack: 0, commands: 21, draws: 1, faults: 2, changed: 1024 };
  return { ...rate(framesPerSecond), aFrame: { ...counts, modelled: 8192, kernel } };
}

const drawn = { frames: 50, guestMilliseconds: 1000, hostMilliseconds: 1100, faults: 0 };

const texquad: ProgramCost = {
  scene: 'texquad',
  kind: 'sub-image uploads',
  explicit: mode(61.25, 1024),
  coherent: mode(57.1, 8192),
  loss: around(6.8, 1.25),
  noise: around(0.25, 0.5),
  frames: 50,
  rounds: [{ explicit: drawn, coherent: drawn, again: drawn }],
  isSamePicture: true,
  refused: 0,
  warnings: [],
};

const many: ProgramCost = { ...texquad, scene: 'many', loss: around(-0.4, 3), noise: around(0, 2) };

const report: CostReport = {
  renderer: 'soft',
  restored: true,
  startSeconds: 2.5,
  seconds: 1,
  programs: [texquad, many],
  rivalry: { scene: 'many', device: rate(30), llvmpipe: rate(4) },
};

describe('the report of the experiment', () => {
  const text = describeCost(report);

  it('has a row for the speed of a program, and one for its traffic', () => {
    expect(text).toContain(
      'texquad        61.3      57.1     6.8      5.5 to 8.1     -0.3 to 0.8  16.33  17.51  32.65  35.03\n',
    );
    expect(text).toContain('texquad      1,024    8,192    1,024    8,192');
  });

  it('marks a loss that is not above the noise', () => {
    expect(text).toMatch(/^many .* =$/m);
    expect(text).not.toMatch(/^texquad .* =$/m);
  });

  it('compares the device with llvmpipe', () => {
    expect(timesLlvmpipe(report.rivalry)).toBe(7.5);
    expect(text).toContain(
      'many: 30.0 frames a second on the device, 4.0 on llvmpipe in the same guest: 7.5 ×',
    );
  });

  it('fits 100 columns, and says how it was made', () => {
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(text).toContain(
      'Guest continued in 2.5 s. Renderer: soft.\nMedians of 1 rounds of three runs of 1 s',
    );
  });

  it('says where the kernel could not be probed', () => {
    const aFrame = { ...texquad.coherent.aFrame, kernel: undefined };
    const programs = [{ ...texquad, coherent: { ...texquad.coherent, aFrame } }];
    const unprobed = describeCost({ ...report, programs });
    expect(unprobed).toMatch(/^texquad .* - +- +-$/m);
    expect(unprobed).toContain('has no kprobes');
  });

  it('is in the JSON with the runs of each round', () => {
    expect(JSON.parse(costAsJson(report))).toMatchObject({
      programs: [{ scene: 'texquad', rounds: [{ explicit: { frames: 50 } }] }, { scene: 'many' }],
    });
  });
});

describe('a program of the experiment', () => {
  it('has a line', () => {
    expect(costLine(texquad)).toBe('texquad: 6.8 % lost, in 1 rounds of 50 frames\n');
  });

  it.each<[Partial<ProgramCost>, string]>([
    [{ isSamePicture: false }, 'the picture with coherent memory is another one'],
    [{ refused: 3 }, 'the device refused 3 commands'],
    [{ warnings: ['Command buffer error.'] }, 'kernel: Command buffer error.'],
  ])('has failed with %j, and says so', (change, line) => {
    expect(hasCostFailed(texquad)).toBe(false);
    expect(hasCostFailed({ ...texquad, ...change })).toBe(true);
    expect(costLine({ ...texquad, ...change })).toContain(`\n  ${line}\n`);
  });
});

describe('the picture', () => {
  it('has a row for each program, inside its frame', () => {
    const svg = costAsSvg(report);
    expect(svg).toContain('>6.8 %</text>');
    expect(svg).toContain('>sub-image uploads</text>');
    expect(costAsSvg({ ...report, renderer: 'a <b> & c' })).toContain('renderer: a &lt;b&gt; &amp; c</text>');
    const numbers = [...svg.matchAll(/ x[12]?="([\d.-]+)"/g)].map(([, x]) => Number(x));
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(720);
    expect([...svg.matchAll(/width="(-[\d.]+)"/g)]).toEqual([]);
  });
});
