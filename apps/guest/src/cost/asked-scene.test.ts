import { describe, expect, it } from 'vitest';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import { AskedScene } from './asked-scene.js';

/** A guest whose shell gives answers, and keeps the commands. */
function guestThat(...answers: string[]) {
  const commands: string[] = [];
  const must = async (command: string): Promise<string> => {
    commands.push(command);
    return answers[commands.length - 1];
  };
  return { guest: { shell: { must } } as unknown as EmulatedGuest, commands };
}

const many = { name: 'one', scene: 'many', coherent: true } as const;

describe('a scene that is asked for frames', () => {
  it('says how long they took, and at the end what its picture is', async () => {
    const { guest, commands } = guestThat(
      'ready\n',
      'drawn 20 1234.500 7\n',
      'mark read many\nmark done many frames 20 first 0.0 each 0.00 picture 0badcafe\nexit 0\n',
    );
    const scene = await AskedScene.start(guest, many);
    expect(commands[0]).toContain("SVGA_FORCE_COHERENT='1'");
    expect(commands[0]).toContain("'/tmp/gltest' '--ask' 'many'");
    expect(await scene.draw(20)).toMatchObject({ frames: 20, guestMilliseconds: 1234.5, faults: 7 });
    expect(commands[1]).toMatch(/^echo 20 > \/run\/ask-one\n/);
    expect(await scene.end()).toBe('0badcafe');
  });

  it.each([
    [['mark error context 0x3003\n'], 'one fails in the guest: mark error context 0x3003'],
    [['ready\n', 'exit 139\n'], 'one fails in the guest: exit 139'],
    [['ready\n', 'drawn 20 1 0\n', 'mark error many read 0x502\nexit 1\n'], 'one fails in the guest: exit 1'],
  ])('that answers %j has failed', async (answers, message) => {
    const { guest } = guestThat(...answers);
    const life = async (): Promise<void> => {
      const scene = await AskedScene.start(guest, many);
      await scene.draw(20);
      await scene.end();
    };
    await expect(life()).rejects.toThrow(message);
  });
});
