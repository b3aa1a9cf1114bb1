import { describe, expect, it } from 'vitest';
import type { Place } from '../check/checked-surface.js';
import { Content } from '../check/content.js';
import { Moves } from './moves.js';

const [home, first, second] = ['home', 'first', 'second'].map((name): Place => ({
  content: new Content(name, 1),
  offset: 0,
}));

/** Moves of a surface that is at home. */
function setUp() {
  const moves = new Moves(home);
  const at = (): string => moves.place.content.name;
  const here =
    (place: Place) =>
    (other: Place): boolean =>
      other.content === place.content;
  return {
    moves,
    at,
    bound: (place: Place) => moves.bound(here(place)),
    mapped: (place: Place) => moves.mapped(here(place)),
  };
}

describe('Moves', () => {
  it('6.3: the device follows the moves in order, and none goes back', () => {
    const { moves, at, bound } = setUp();
    moves.returned(moves.call(first), 1);
    moves.returned(moves.call(second), 2);
    expect([bound(home), at()]).toEqual([true, 'home']);
    expect([bound(first), at()]).toEqual([true, 'first']);
    expect([bound(home), at()]).toEqual([false, 'first']);
    moves.fenced(2);
    expect([at(), moves.areDone]).toEqual(['second', true]);
    expect(bound(first)).toBe(false);
  });

  it('6.3: a failed move behind one that the device has not made goes back to where that led', () => {
    const { moves, at, bound } = setUp();
    moves.returned(moves.call(first), 1);
    const failing = moves.call(home);
    bound(first);
    moves.fenced(1);
    bound(home);
    expect(at()).toBe('home');
    moves.unbound();
    expect(at(), 'taken back').toBe('first');
    moves.returned(failing, undefined);
    expect([moves.areDone, bound(home), bound(first)]).toEqual([true, false, true]);
  });

  it('6.3: a second failed move to the same place is taken back, too', () => {
    const { moves, at, bound } = setUp();
    for (const when of ['the first time', 'the second time']) {
      const failing = moves.call(first);
      expect([bound(first), at()], when).toEqual([true, 'first']);
      moves.returned(failing, undefined);
      moves.unbound();
      expect(at(), when).toBe('home');
    }
    expect([bound(home), moves.areDone]).toEqual([true, true]);
  });

  it('6.3: a failed move that the device has never made is no place', () => {
    const { moves, mapped } = setUp();
    moves.returned(moves.call(first), undefined);
    expect([moves.areDone, mapped(first), mapped(home)]).toEqual([true, false, true]);
  });

  it('6.3: a failed move that the device has made is kept or taken back, as the next fence or mapping shows', () => {
    for (const [shows, place] of [
      ['fence', 'first'],
      ['first', 'first'],
      ['home', 'home'],
    ]) {
      const { moves, at, bound, mapped } = setUp();
      const failing = moves.call(first);
      bound(first);
      moves.returned(failing, undefined);
      if (shows === 'fence') {
        moves.fenced(1);
      } else {
        expect(mapped(shows === 'first' ? first : home)).toBe(true);
      }
      expect([shows, at(), moves.areDone]).toEqual([shows, place, true]);
    }
  });

  it('8.5: a move that had to wait is none', () => {
    const { moves, bound } = setUp();
    const waiting = moves.call(first);
    moves.cancel(waiting);
    expect([moves.areDone, bound(first), bound(home)]).toEqual([true, false, true]);
  });
});
