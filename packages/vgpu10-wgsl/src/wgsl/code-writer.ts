/** Braces within each other; WGSL's implementations need not take more than 127. */
export const MOST_LEVELS = 100;
/** More levels are indented like this one, so that the text stays in proportion to the program. */
const MOST_INDENT = 12;
/**
 * Parts of lines are joined by so many: of long programs few objects stay alive, and the collector does not take most
 * of the time.
 */
const MOST_PARTS = 1024;
const INDENTS = Array.from({ length: MOST_INDENT + 1 }, (_, level) => '  '.repeat(level));

/** The statements of a function while they are written. */
export class CodeWriter {
  readonly #parts: string[] = [];
  /** What was joined so far, as a rope: it is copied once, with the whole module. */
  #text = '';
  #lines = 0;
  #levels = 1;
  #names = 0;
  #comment = '';

  /** A comment behind the next line. */
  set comment(text: string) {
    this.#comment = text;
  }

  /** The statements since the last call, each with its end of line. */
  take(): { readonly text: string; readonly lines: number } {
    const taken = { text: this.#text + this.#parts.splice(0).join(''), lines: this.#lines };
    this.#text = '';
    this.#lines = 0;
    return taken;
  }

  get levels(): number {
    return this.#levels;
  }

  say(text: string): void {
    this.#lines++;
    this.#parts.push(INDENTS[Math.min(this.#levels, MOST_INDENT)], text);
    if (this.#comment !== '') {
      this.#parts.push(' // ', this.#comment);
    }
    this.#parts.push('\n');
    if (this.#parts.length > MOST_PARTS) {
      this.#text += this.#parts.splice(0).join('');
    }
    this.#comment = '';
  }

  /** `text {` */
  open(text: string): void {
    this.say(`${text} {`);
    this.#levels++;
  }

  /** `}`, with what follows it. */
  close(text = ''): void {
    this.#levels--;
    this.say(`}${text}`);
  }

  /** `} else {` */
  turn(): void {
    this.#levels--;
    this.say('} else {');
    this.#levels++;
  }

  name(prefix: string): string {
    return `${prefix}_${++this.#names}`;
  }

  /** Evaluates an expression now. @returns its name */
  hoist(expression: string, prefix = 't'): string {
    const name = this.name(prefix);
    this.say(`let ${name} = ${expression};`);
    return name;
  }
}
