import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { chainOf, parseProgram, postedVariants, programOf, runProgram, Timeline } from '@cg/litmus';
import { litmusFiles } from '@cg/litmus/node';
import { describe, expect, it } from 'vitest';
import { recordProgram } from '../record/record-program.js';
import { Player } from './player.js';

const text = `
machine cpus 2 method scan
process p
surface canvas A8R8G8B8 64x64
surface screen A8R8G8B8 64x64 plain
map p canvas
submit copy canvas -> screen
cpu 0 store canvas +4096 16
submit copy canvas -> screen
submit copy screen -> canvas
cpu 1 load canvas +4096 4
`;

/** A player of a program on the surface of that name. */
function playerOf(source: string, surface: string): Player {
  const player = new Player(recordProgram(programOf(parseProgram(source))).recording);
  player.choose(player.surfaces.findIndex(({ name }) => name === surface));
  return player;
}

function toStep(player: Player, step: number): void {
  player.moveToStep(player.steps.numbers.indexOf(step));
}

const links = (player: Player, byte: number): string[] =>
  player.chainOf(byte).map(({ link, state }) => `${link} ${state}`);

describe('the chain of a byte', () => {
  it.each([
    ['scan', 'scan'],
    ['trap', 'fault'],
  ])('1.1, method %s: store, %s, range, box, command, fence, as far as they have come', (method, found) => {
    const player = playerOf(text.replace('method scan', `method ${method}`), 'canvas');
    toStep(player, 7);
    const isRecorded = found === 'fault' ? 'done' : 'pending';
    const rest = ['range pending', 'box pending', 'command pending', 'fence pending'];
    expect(links(player, 4100)).toEqual([
      'store done',
      `${found === 'fault' ? 'fault' : 'scan'} ${isRecorded}`,
      ...rest,
    ]);
    toStep(player, 8);
    const done = ['store', found, 'range', 'box', 'command', 'fence'].map((link) => `${link} done`);
    expect(links(player, 4100)).toEqual(done);
    const events = player.chainOf(4100).map(({ event }) => event as number);
    expect(events.slice(1)).toEqual(events.slice(1).toSorted((a, b) => a - b));
    expect(player.chainOf(4100)[4].text).toMatch(/^UPDATE_GB_IMAGE: upload/);
  });

  it('1.2: a device write, its fence, the fault of the load, the read-back', () => {
    const player = playerOf(text, 'canvas');
    toStep(player, 9);
    expect(links(player, 4100)).toEqual([
      'device write done',
      'fence done',
      'fault pending',
      'read-back pending',
    ]);
    toStep(player, 10);
    expect(links(player, 4100).every((link) => link.endsWith(' done'))).toBe(true);
  });

  it('a byte that nothing has written has none', () => {
    const player = playerOf(text, 'canvas');
    toStep(player, 8);
    expect(player.chainOf(0)).toEqual([]);
  });

  it('7.7: a store of what the device has is not sent, and not missing', () => {
    const again = 'check s\ncpu 0 store s +0 64 value 7\ncheck s\ncpu 0 store s +0 64 value 7\ncheck s';
    const player = playerOf(
      `machine method scan shadow\nprocess p\nsurface s A8R8G8B8 64x64\nmap p s\n${again}`,
      's',
    );
    player.moveToStep(player.steps.count - 1);
    expect(links(player, 0)).toContain('box needless');
  });
});

/** Where the chain of the byte that a variant loses ends: the first link that is missing. */
const firstMissing: Readonly<Record<string, string>> = {
  A1: 'scan',
  A2: 'scan',
  A3: 'scan',
  A4: 'scan',
  B1: 'box',
  B4: 'fault',
  B6: 'scan',
  B7: 'scan',
  B9: 'box',
  B10: 'box',
  B11: 'scan',
  C2a: 'read-back',
  C2b: 'read-back',
  C2c: 'fault',
  C3: 'read-back',
  C4: 'read-back',
  C5: 'scan',
  C8: 'range',
  D1: 'box',
  D3: 'box',
  D4: 'box',
  E1: 'scan',
};

/** Links of litmus that the page has, too, in chains of the same kind. */
const shared = new Set(['scan', 'fault', 'box', 'read-back']);

describe.each(postedVariants.map((variant) => [variant.id, variant] as const))('%s', (id, variant) => {
  const file = litmusFiles().find((path) => basename(path) === `erratum-${id}.litmus`) ?? '';
  const program = programOf(parseProgram(readFileSync(file, 'utf8')));
  const configure = (base: Parameters<typeof variant.machineOptions>[0]) => variant.machineOptions(base);

  it('the page opens at the byte that is lost, and its chain ends where it was lost', () => {
    const timeline = new Timeline();
    const { findings } = runProgram(program, { configure, timeline });
    const { recording, result } = recordProgram(program, { configure });
    expect(result.findings).toEqual(findings);
    const player = new Player(recording);
    const found = player.firstFinding();
    // Two lose nothing in their program, and one crashes: no byte is wrong.
    expect(found !== undefined).toBe(id in firstMissing);
    if (found === undefined) {
      return;
    }
    player.choose(found.surface);
    player.moveTo(found.event + 1);
    const missing = player.chainOf(found.byte).filter(({ state }) => state === 'missing');
    expect(missing[0]?.link).toBe(firstMissing[id]);
    const names = missing.map(({ link }) => link);
    const [first] = findings;
    const wanted = chainOf(first, timeline).filter(
      ({ link, event }) => event === undefined && shared.has(link),
    );
    // Of a stale byte litmus also says that no update has overwritten it.
    const isStale = first.kind === 'stale';
    expect(names).toEqual(
      expect.arrayContaining(wanted.map(({ link }) => link).filter((link) => !isStale || link !== 'box')),
    );
  });
});
