import { GuestFiles, type AboutGuest } from './guest-files.js';
import { GuestSession } from './guest-session.js';
import { directKeys } from './keys.js';
import { Pc } from './pc.js';
import { chooseRenderer } from './renderer.js';
import { element, say, sayError, Toolbar } from './toolbar.js';

/** `?guest=` names another folder of files, `?renderer=soft` avoids WebGPU. */
const parameters = new URLSearchParams(location.search);
const DEFAULT_FOLDER = 'guest';

function showSources({ sources, sharedFolder }: AboutGuest): void {
  element('drop').textContent = `A file dropped on this page is in ${sharedFolder} of the guest.`;
  const items = sources.map(({ name, version }) => {
    const link = document.createElement('a');
    link.href = `https://snapshot.debian.org/package/${name}/${encodeURIComponent(version)}/`;
    link.textContent = `${name} ${version}`;
    const item = document.createElement('li');
    item.append(link);
    return item;
  });
  element('sources').replaceChildren(...items);
}

async function start(): Promise<void> {
  const canvas = element<HTMLCanvasElement>('screen');
  const progress = element<HTMLProgressElement>('progress');
  const folder = new URL(`${parameters.get('guest') ?? DEFAULT_FOLDER}/`, location.href);
  const files = await GuestFiles.open(folder.href, V86_VERSION);
  showSources(files.about);
  const { renderer, what } = await chooseRenderer(parameters.get('renderer'));
  element('renderer').textContent = what;
  const pc = await Pc.make(files, { canvas, vga: element('vga') }, renderer);
  const session = new GuestSession(pc, files, canvas);
  const running = await session.start((received, bytes) => {
    progress.value = received / bytes;
    say(`Loading the guest, ${Math.round((100 * received) / bytes)} % …`);
  });
  progress.hidden = true;
  directKeys(pc.emulator, canvas, element('save'));
  const toolbar = new Toolbar(session, () => pc.screen.requestFullscreen());
  // For the browser's console, and for tests.
  Object.assign(globalThis, { desktop: { pc, session, toolbar } });
  pc.screen.paint(); // a canvas that is not shown yet takes no focus
  canvas.focus({ preventScroll: true });
  say(running);
}

start().catch((error: unknown) => {
  element('progress').hidden = true;
  sayError(error);
});
