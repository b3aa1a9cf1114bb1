import { describe, expect, it } from 'vitest';
import { countBlocks, examples, importedPackages, installedPackages, relativeLinks } from './readme.js';
import { libraries, programs, published } from './workspace.js';

describe.each([...published])('the README of %s', (name, { readme }) => {
  it('has its name as title, and installs everything that its examples import', () => {
    expect(readme.split('\n')[0]).toBe(`# ${name}`);
    const installed = installedPackages(readme);
    expect(installed[0]).toBe(name);
    expect(installed).toEqual(expect.arrayContaining(importedPackages(readme)));
  });

  it('has no link that is dead on a package page', () => {
    expect(relativeLinks(readme)).toEqual([]);
  });
});

describe('has its output right after it', () => {
  it.each(libraries)('each block of code in the README of %s', (_name, { readme }) => {
    const blocks = countBlocks(readme, 'js');
    expect(blocks).toBeGreaterThan(0);
    expect(countBlocks(readme, 'text')).toBe(blocks);
    expect(examples(readme, 'js')).toHaveLength(blocks);
  });

  it.each(programs)('each command in the README of %s', (_name, { readme }) => {
    expect(countBlocks(readme, 'js')).toBe(0);
    expect(countBlocks(readme, 'text')).toBeGreaterThan(0);
    expect(examples(readme, 'sh')).toHaveLength(countBlocks(readme, 'text'));
  });
});
