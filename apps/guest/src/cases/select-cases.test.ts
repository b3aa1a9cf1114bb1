import { recordedGuestCases } from '@cg/machine/guest-cases';
import { expect, it } from 'vitest';
import { selectCases } from './select-cases.js';

const cases = recordedGuestCases();
const asked = { flavour: '686-pae', dx: false } as const;

it('spreads a number of cases over those of the variant, without duplicates', () => {
  const [{ cases: ten, ...variant }, ...others] = selectCases(cases, { count: 10 }, asked);
  expect([variant, others]).toEqual([asked, []]);
  expect(new Set(ten.map(({ id }) => id)).size).toBe(10);
  expect(ten.every(({ kernel, dx }) => kernel === '686-pae' && !dx)).toBe(true);
  const [{ cases: six }] = selectCases(cases, { count: 1000 }, { flavour: '686', dx: false });
  expect(six).toHaveLength(6);
});

it('runs all cases, each on the variant it was recorded with', () => {
  const groups = selectCases(cases, 'all', asked);
  expect(groups.map((group) => [group.flavour, group.dx, group.cases.length])).toEqual([
    ['686-pae', false, 79],
    ['686-pae', true, 55],
    ['686', false, 6],
  ]);
});

it('selects cases by id, and refuses an unknown id', () => {
  const groups = selectCases(cases, { ids: [3, 22] }, asked);
  expect(groups.map((group) => group.cases.map(({ id }) => id))).toEqual([[3], [22]]);
  expect(() => selectCases(cases, { ids: [999] }, asked)).toThrow(/no case 999/);
  expect(() => selectCases(cases, { count: 1 }, { flavour: '686', dx: true })).toThrow(/no case was/);
});
