import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openMemoryImage } from '@cg/memory-image';
import { FileSource } from '@cg/memory-image/node';
import { describe, expect, it } from 'vitest';
import { compareWithTlb } from './info-tlb.fixture.js';
import { modeOfCpu, PAGING_MODES, type PagingMode } from './paging.js';

// Fresh guests in QEMU, for CG_SOAK_SECONDS: random tables of our own, and a Debian kernel once in each mode.

const seconds = Number(process.env.CG_SOAK_SECONDS ?? 0);
const firstSeed = Number(process.env.CG_SOAK_SEED ?? 1);
const guests = fileURLToPath(new URL('../../../memory-image/test/guests/', import.meta.url));
/** A kernel boots in a few seconds under emulation; a busy machine is slower. */
const BOOT_MS = 300_000;

const missing = ['qemu-system-x86_64', 'as', 'ld'].filter(
  (program) => spawnSync(program, ['--version']).status !== 0,
);
const reason =
  seconds === 0
    ? 'CG_SOAK_SECONDS is not set'
    : missing.length > 0
      ? `${missing.join(', ')} not installed`
      : undefined;

/** Runs a script of the guests' folder, and compares its two dumps, each CPU, with QEMU's lists. */
async function compareDumps(
  script: string,
  args: readonly string[],
  mode: PagingMode,
  cpus: number,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'cg-soak-'));
  const text = args.map((arg) => (arg === 'FOLDER' ? folder : arg));
  try {
    execFileSync('node', [join(guests, script), ...text], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [elf, raw] = ['dump.elf', 'dump.raw'].map((name) => new FileSource(join(folder, name)));
    try {
      const core = await openMemoryImage(elf);
      const images = [core, await openMemoryImage(raw)];
      let compared = 0;
      for (let cpu = 0; cpu < cpus; cpu++) {
        const registers = core.cpus[cpu];
        expect(modeOfCpu(registers).possible).toContain(mode);
        const tlb = readFileSync(join(folder, `tlb.${cpu}.txt`), 'utf8');
        for (const image of images) {
          const comparison = compareWithTlb(image, registers.cr3, mode, tlb);
          expect(comparison.differences).toEqual([]);
          compared += comparison.compared;
        }
      }
      return compared;
    } finally {
      elf.close();
      raw.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(reason !== undefined)(`guests that QEMU runs now${reason ? `: ${reason}` : ''}`, () => {
  it(
    'random tables are walked as QEMU lists them, in every mode',
    async () => {
      const end = Date.now() + seconds * 1000;
      let lines = 0;
      for (let seed = firstSeed; seed === firstSeed || Date.now() < end; seed++) {
        for (const mode of PAGING_MODES) {
          const compared = await compareDumps('random-guest.mjs', [mode, String(seed), 'FOLDER'], mode, 1);
          // The first MiB, which the guest runs in, in both dumps.
          expect(compared, `${mode}, seed ${seed}`).toBeGreaterThanOrEqual(2 * 256);
          lines += compared;
        }
      }
      console.log(`${lines} lines of info tlb compared`);
    },
    seconds * 1000 + BOOT_MS,
  );

  describe("a Debian kernel's tables are walked as QEMU lists them", () => {
    const kernels = (
      reason === undefined
        ? JSON.parse(execFileSync('node', [join(guests, 'debian-kernels.mjs')], { encoding: 'utf8' }))
        : { amd64: null, pae: null }
    ) as { amd64: string | null; pae: string | null };
    it.for<readonly [mode: PagingMode, name: 'amd64' | 'pae', options: readonly string[]]>([
      ['5-level', 'amd64', []],
      ['4-level', 'amd64', ['--append', 'no5lvl', '--cpu', 'max,la57=off']],
      ['pae', 'pae', []],
    ])('%s, the %s kernel', { timeout: BOOT_MS }, async ([mode, name, options], { skip }) => {
      const kernel = kernels[name];
      if (kernel === null) {
        return skip(`no ${name} kernel here: apt fetches amd64, cg guest pae`);
      }
      const compared = await compareDumps('dump-kernel.mjs', [kernel, 'FOLDER', ...options], mode, 2);
      console.log(`${mode}: ${compared} lines of info tlb compared`);
      expect(compared).toBeGreaterThan(4000);
    });
  });
});
