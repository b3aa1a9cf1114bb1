import { PAGE_SIZE, PhysicalMemory } from '@cg/pagetable';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { assembleKernel } from '../../kernel/build.mjs';
import { CleanKernel } from './clean-kernel.js';
import { KERNEL_BASE64 } from './kernel-binary.js';

const isCompiled = CleanKernel.of(new PhysicalMemory(2 * PAGE_SIZE)) !== undefined;

it('is the assembled source', async () => {
  expect(Buffer.from(await assembleKernel()).toString('base64')).toBe(KERNEL_BASE64);
});

it('is small enough for browsers to compile it at once, in any thread', () => {
  expect(Buffer.from(KERNEL_BASE64, 'base64').length).toBeLessThan(4096);
});

describe.skipIf(!isCompiled)('CleanKernel', () => {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: Record<string, unknown> };

  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it('is one for each memory, of one module', () => {
    const memory = new PhysicalMemory(2 * PAGE_SIZE);
    const kernel = CleanKernel.of(memory);
    expect(CleanKernel.of(memory)).toBe(kernel);
    expect(CleanKernel.of(new PhysicalMemory(2 * PAGE_SIZE))).not.toBe(kernel);
    expect(CleanKernel.of(new PhysicalMemory(2 * PAGE_SIZE, memory))).toBe(kernel);
  });

  it('does not exist in a host without WebAssembly', () => {
    vi.stubGlobal('WebAssembly', undefined);
    expect(CleanKernel.of(new PhysicalMemory(2 * PAGE_SIZE))).toBeUndefined();
  });

  it('is tried once where a policy forbids code from strings, or vectors are unknown', async () => {
    const tries = vi.fn<() => void>();
    function Module(): void {
      tries();
      throw new TypeError('refused by the policy of the page');
    }
    vi.stubGlobal('WebAssembly', { Memory: WebAssembly.Memory, Module });
    vi.resetModules();
    const { CleanKernel: fresh } = await import('./clean-kernel.js');
    for (let i = 0; i < 2; i++) {
      expect(fresh.of(new PhysicalMemory(2 * PAGE_SIZE))).toBeUndefined();
    }
    expect(tries).toHaveBeenCalledTimes(1);
  });
});
