/** Braces within each other; WGSL's implementations need not take more than 127. */
export const MOST_LEVELS = 100;
/** More levels are indented like this one, so that the text stays in proportion to the program. */
const MOST_INDENT = 12;
const INDENTS = Array.from({ length: MOST_INDENT + 1 }, (_, level) => '  '.repeat(level));

/** The statements of a function while they are written. */
export class CodeWriter {
  readonly lines: string[] = [];
  #levels = 1;
  #names = 0;
  #comment = '';

  /** A comment behind the next line. */
  set comment(text: string) {
    this.#comment = text;
  }

  get levels(): number {
    return this.#levels;
  }

  say(text: string): void {
    const indent = INDENTS[Math.min(this.#levels, MOST_INDENT)];
    // Joined, a line keeps none of the parts that engines leave in a concatenation alive.
    this.lines.push((this.#comment === '' ? [indent, text] : [indent, text, ' // ', this.#comment]).join(''));
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
