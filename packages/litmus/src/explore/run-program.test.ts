import type { FaultResult, PageFault } from '@cg/pagetable';
import type { BufferReservation } from '@cg/vmwgfx';
import { describe, expect, it } from 'vitest';
import type { MachineOptions } from '@cg/machine';
import { stepOf, withStep } from '../posted/variant.js';
import { parseProgram, programOf } from '../program/parse-program.js';
import { runProgram } from './run-program.js';
import type { RunOptions } from './run-options.js';

const run = (text: string, options?: RunOptions) => runProgram(programOf(parseProgram(text)), options);

/** A driver in which every fault fails while writes are trapped. */
function refusingFaults(base: MachineOptions): MachineOptions {
  const VmaOperations = stepOf(base, 'VmaOperations');
  class Refusing extends VmaOperations {
    override fault(fault: PageFault): FaultResult {
      return this.object.tracker?.method === 'trap' ? 'sigbus' : super.fault(fault);
    }
  }
  return withStep(base, 'VmaOperations', Refusing);
}

/** A driver whose failed submissions keep their trackers. */
function keepingTrackers(base: MachineOptions): MachineOptions {
  const Validation = stepOf(base, 'Validation');
  class Keeping extends Validation {
    protected override takeTrackerUsers(objects: readonly BufferReservation[]): void {
      objects.forEach((held) => held.object.addTrackerUser(held));
    }
  }
  return withStep(base, 'Validation', Keeping);
}

describe.each([true, false])('a run on a late device, checked %s', (checked) => {
  it('8.6: evicts the buffer object that a surface is in, not the one that a switch has destroyed', () => {
    const program = `machine cpus 1 method scan delay 4
process p1
buffer b1 4 pages
surface s1 A8R8G8B8 64x64
surface s2 A8R8G8B8 64x64
submit copy s1 -> s2
submit switch s1 b1, copy s1 -> s2
evict s1
check`;
    expect(run(program, { checked })).toMatchObject({ counts: { failed: 0, skipped: 0 }, findings: [] });
  });
});

describe('runProgram', () => {
  it('refuses a program that exceeds the memory limit, with the step that does', () => {
    const surfaces = (count: number) =>
      Array.from({ length: count }, (_, i) => `surface s${i} A8R8G8B8 4096x2048 plain\n`).join('');
    expect(() => run(`machine memory 64\nprocess p1\n${surfaces(5)}`)).toThrow(
      expect.objectContaining({ name: 'LitmusError', code: 'ENOMEM', line: 7 }),
    );
    const buffers = Array.from({ length: 9 }, (_, i) => `buffer b${i} 4096 pages\n`).join('');
    expect(() => run(`machine memory 1024\nprocess p1\n${buffers}`)).toThrow(/at most 128 MiB at a time/);
  });

  it('destroying an object makes room for others', () => {
    const rounds = Array.from(
      { length: 6 },
      (_, i) =>
        `surface s${i} A8R8G8B8 4096x2048 plain\ndestroy s${i}\nbuffer b${i} 4096 pages\ndestroy b${i}\n`,
    );
    const { findings, counts } = run(`machine memory 64\nprocess p1\n${rounds.join('')}`);
    expect([findings, counts.failed]).toEqual([[], 0]);
  });

  it('1.5: an error that nothing in the program causes is a crash, in a check and in any other step', () => {
    const { findings } = run(
      `machine method trap\nprocess p1\nsurface s1 A8R8G8B8 64x64\nmap p1 s1\ncpu 0 store s1 +0 4\ncheck\n`,
      { configure: refusingFaults },
    );
    expect(findings.map(({ kind, step, message }) => [kind, step, message?.slice(0, 6)])).toEqual([
      ['crash', 5, 'EFAULT'],
      ['crash', 6, 'EFAULT'],
    ]);
  });

  it('an access that mprotect forbids may fail, and an injected fault', () => {
    const { findings, counts } = run(`process p1
surface s1 A8R8G8B8 64x64
map p1 s1
protect p1 s1 read
cpu 0 store s1 +0 4
fail fault-handler
cpu 0 load s1 +0 4
`);
    expect([findings, counts.failed]).toEqual([[], 2]);
  });

  it('1.5: a check is refused if the machine has too little memory: nothing was compared', () => {
    expect(() => run('machine memory 1\nprocess p1\nsurface s1 A8R8G8B8 256x640\ncheck\n')).toThrow(
      expect.objectContaining({ name: 'LitmusError', code: 'ENOMEM', line: 4 }),
    );
  });

  it('1.5: a submission that names more surfaces than the device has ids may fail, and takes none of them', () => {
    const surfaces = [1, 2, 3, 4].map((i) => `surface s${i} A8R8G8B8 64x64 plain\n`).join('');
    const { findings, counts } = run(`machine objects 2
process p1
${surfaces}submit copy s1 -> s2, copy s2 -> s3
submit copy s3 -> s4
check
`);
    expect([findings, counts.failed]).toEqual([[], 1]);
  });

  it('maps an object by huge entries more than once', () => {
    const made = 'machine memory 16\nprocess p1\nbuffer b1 1200 pages\n';
    const { findings, counts } = run(`${made}map p1 b1 huge\nmap p1 b1 huge\ncpu 0 store b1 +0 4\ncheck\n`);
    expect([findings, counts.skipped, counts.failed]).toEqual([[], 0, 0]);
  });

  it('6.3: a charge kept by a failed submission is a leak', () => {
    const program = `process p1
buffer b1 4 pages
surface s1 A8R8G8B8 64x64
fail command-space
submit switch s1 b1
`;
    expect(run(program).findings).toEqual([]);
    const { findings, counts } = run(program, { configure: keepingTrackers });
    expect(counts.failed).toBe(1);
    expect(findings).toMatchObject([{ kind: 'leak' }]);
  });
});
