import { describe, expect, it } from 'vitest';
import { matchesOfBuilds, matchesOfRows, pickMatches } from './match.js';
import { rowOf } from './row.fixture.js';
import type { Row } from './row.js';

const replay: Row = { ...rowOf('replay', 'full upload'), ours: 'tracking', rivalOfPackages: true };
const rows = [
  rowOf('stores', 'typed array'),
  replay,
  { ...replay, rival: 'full compare' },
  {
    ...rowOf('coherent', 'explicit'),
    figures: [{ name: 'coherent' }, { name: 'coherent submit', parts: [1] }],
  },
].map((row, index) => ({ row, group: 'group', index }));

describe('rows', () => {
  it('are a match each: ours against the rival', () => {
    const [first] = matchesOfRows(rows);
    expect(first).toMatchObject({ names: ['ours', 'typed array'], figures: [{ name: 'stores' }] });
    expect(first.places.map(({ side, build }) => [side, build])).toEqual([
      ['ours', 'this'],
      ['rival', 'this'],
    ]);
  });
});

describe('two builds', () => {
  it('are compared by every contender that consists of package code, each once', () => {
    const matches = matchesOfBuilds(rows);
    expect(matches.map(({ figures: [{ name }] }) => name)).toEqual([
      'stores',
      'replay',
      'replay: full upload',
      'replay: full compare',
      'coherent',
    ]);
    for (const { places } of matches) {
      expect(places[0].side).toBe(places[1].side);
      expect(places.map(({ build }) => build)).toEqual(['this', 'other']);
    }
  });
});

describe('a filter', () => {
  const picked = (text: string) =>
    pickMatches(matchesOfRows(rows), text).map(({ figures, names }) => [
      names[1],
      figures.map(({ name }) => name),
    ]);

  it('finds rows by name and by rival', () => {
    expect(picked('stores')).toEqual([['typed array', ['stores']]]);
    expect(picked('full')).toEqual([
      ['full upload', ['replay']],
      ['full compare', ['replay']],
    ]);
  });

  it('leaves out the figures of a row that it does not name', () => {
    expect(picked('submit')).toEqual([['explicit', ['coherent submit']]]);
    expect(picked('explicit')).toEqual([['explicit', ['coherent', 'coherent submit']]]);
  });
});
