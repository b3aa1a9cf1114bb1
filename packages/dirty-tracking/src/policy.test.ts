import { describe, expect, it } from 'vitest';
import { KernelPolicy } from './policy.js';

describe('KernelPolicy', () => {
  it('B5: of 512 pages, 56 are not too many for trapping and 57 are; the third time switches', () => {
    const policy = new KernelPolicy();
    [1, 2, 3, 4].forEach(() => expect(policy.methodAfter('trap', 56, 512)).toBe('trap'));
    expect(policy.methodAfter('trap', 57, 512)).toBe('trap');
    expect(policy.methodAfter('trap', 57, 512)).toBe('trap');
    expect(policy.methodAfter('trap', 57, 512)).toBe('scan');
    expect(policy.changeCount).toBe(0);
  });

  it('5.2: a scan that finds something starts the count of idle ones anew', () => {
    const policy = new KernelPolicy();
    const after = [0, 0, 1, 0, 0, 0].map((entries) => policy.methodAfter('scan', entries, 64));
    expect(after).toEqual(['scan', 'scan', 'scan', 'scan', 'scan', 'trap']);
  });
});
