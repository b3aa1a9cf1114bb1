import type { GuestSession } from './guest-session.js';
import { PageError } from './page-error.js';

/** Finds an element of the page, which has it. */
export function element<E extends HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}

/** Tells the user, and screen readers. */
export function say(text: string, isError = false): void {
  const status = element('status');
  status.textContent = text;
  status.classList.toggle('error', isError);
}

/** Tells the user what went wrong; a bug goes to the browser's console, too. */
export function sayError(error: unknown): void {
  say((error as Error).message, true);
  if (!(error instanceof PageError)) {
    console.error(error);
  }
}

/** Connects the buttons, and files that are dropped on the page. */
export class Toolbar {
  readonly #session: GuestSession;
  readonly #buttons: readonly HTMLButtonElement[];
  #isBusy = false;

  constructor(session: GuestSession, fullscreen: () => Promise<void>) {
    this.#session = session;
    this.#buttons = [...element('tools').querySelectorAll('button')];
    const input = element<HTMLInputElement>('files');
    this.#on('save', () => session.save());
    this.#on('restore', () => session.restore());
    this.#on('download', async () => download('guest.cgstate', await session.stateFile()));
    this.#on('screenshot', async () => download('screen.png', await session.screenshot()));
    this.#on('fullscreen', async () => {
      await fullscreen();
      return 'Esc leaves the full screen.';
    });
    element('add').addEventListener('click', () => input.click());
    input.addEventListener('change', () => {
      void this.#take(input.files);
      input.value = '';
    });
    this.#takeDropped();
    this.#enable(true);
  }

  #on(id: string, work: () => Promise<string>): void {
    element(id).addEventListener('click', () => void this.#run(work));
  }

  /** One at a time: two states at once would be of two moments. */
  async #run(work: () => Promise<string>): Promise<void> {
    if (this.#isBusy) {
      return;
    }
    const focused = document.activeElement as HTMLElement | null;
    this.#enable(false);
    try {
      say(await work());
    } catch (error) {
      sayError(error);
    } finally {
      this.#enable(true);
      focused?.focus(); // a button that is disabled loses it
    }
  }

  #enable(isEnabled: boolean): void {
    this.#isBusy = !isEnabled;
    this.#buttons.forEach((button) => {
      button.disabled = !isEnabled;
    });
  }

  async #take(list: FileList | null | undefined): Promise<void> {
    const files = [...(list ?? [])];
    if (files.length > 0) {
      await this.#run(() => this.#session.take(files));
    }
  }

  #takeDropped(): void {
    document.addEventListener('dragover', (event) => {
      event.preventDefault();
      markDragging(true);
    });
    document.addEventListener('dragleave', () => markDragging(false));
    document.addEventListener('drop', (event) => {
      event.preventDefault();
      markDragging(false);
      void this.#take(event.dataTransfer?.files);
    });
  }
}

function download(name: string, content: Blob): string {
  const address = URL.createObjectURL(content);
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return `Downloaded ${name}.`;
}

function markDragging(isOver: boolean): void {
  document.body.classList.toggle('dragging', isOver);
}
