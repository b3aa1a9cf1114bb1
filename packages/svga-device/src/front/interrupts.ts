/**
 * The interrupt status and mask, and the line they drive: asserted while a bit is set in both. Sources post
 * while a command buffer runs; the line follows only at `drive`, so that whoever handles the interrupt finds
 * the buffer's status written.
 */
export class Interrupts {
  readonly #setLine: (asserted: boolean) => void;
  #status = 0;
  #mask = 0;
  #asserted = false;

  constructor(setLine: (asserted: boolean) => void) {
    this.#setLine = setLine;
  }

  /** SVGA_IRQFLAG bits that wait. */
  get status(): number {
    return this.#status;
  }

  get mask(): number {
    return this.#mask;
  }

  set mask(mask: number) {
    this.#mask = mask >>> 0;
    this.drive();
  }

  /** Sets status bits, and leaves the line alone. */
  post(flags: number): void {
    this.#status = (this.#status | flags) >>> 0;
  }

  /** Clears the status bits that are 1 in `flags`. */
  acknowledge(flags: number): void {
    this.#status = (this.#status & ~flags) >>> 0;
    this.drive();
  }

  /** Tells the host where the line has changed. The host may come back here from within. */
  drive(): void {
    const asserted = (this.#status & this.#mask) !== 0;
    if (asserted !== this.#asserted) {
      this.#asserted = asserted;
      this.#setLine(asserted);
    }
  }

  /** Takes what a snapshot kept; `drive` tells the host. */
  restore(status: number, mask: number): void {
    this.#status = status;
    this.#mask = mask;
  }

  /** No bit waits, none is let through. */
  reset(): void {
    this.#status = 0;
    this.#mask = 0;
    this.drive();
  }
}
