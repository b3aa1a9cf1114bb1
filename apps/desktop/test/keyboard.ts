import type { ChromiumPage } from '@cg/dawn/chromium';

/** What a key of the user sends, besides letters and digits. */
const KEYS: Record<string, { readonly code: string; readonly key: string; readonly shift?: boolean }> = {
  '\n': { code: 'Enter', key: 'Enter' },
  ' ': { code: 'Space', key: ' ' },
  '/': { code: 'Slash', key: '/' },
  '-': { code: 'Minus', key: '-' },
  '.': { code: 'Period', key: '.' },
};

const named = (character: string) =>
  KEYS[character] ?? {
    key: character,
    code: /\d/.test(character) ? `Digit${character}` : `Key${character.toUpperCase()}`,
  };

/** A PS/2 keyboard holds a few keys only, until the guest takes them. */
const KEY_MS = 150;

/** Presses and releases the keys of a text: lower-case letters, digits, spaces, line breaks, and `/.-`. */
export async function type(page: ChromiumPage, text: string): Promise<void> {
  for (const character of text) {
    await press(page, named(character));
    await new Promise((resolve) => setTimeout(resolve, KEY_MS));
  }
}

/** Presses keys together, and releases them. */
export async function press(
  page: ChromiumPage,
  { code, key }: { readonly code: string; readonly key: string },
  modifiers = 0,
): Promise<void> {
  await page.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', code, key, modifiers });
  await page.send('Input.dispatchKeyEvent', { type: 'keyUp', code, key, modifiers });
}
