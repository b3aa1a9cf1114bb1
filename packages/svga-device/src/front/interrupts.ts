/**
 * The interrupt status and mask, and the line they drive: asserted while a bit is set in both. Sources post while a
 * command buffer runs; the line follows only at `drive`, so that the interrupt handler finds the buffer's status
 * written.
 */
export class Interrupts {
  readonly #setLine: (asserted: boolean) => void;
  #status = 0;
  #mask = 0;
  #asserted = false;

  constructor(setLine: (asserted: boolean) => void) {
    this.#setLine = setLine;
  }

  /** Pending SVGA_IRQFLAG bits. */
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

  /** Sets status bits without driving the line. */
  post(flags: number): void {
    this.#status = (this.#status | flags) >>> 0;
  }

  /** Clears the status bits that are set in `flags`. */
  acknowledge(flags: number): void {
    this.#status = (this.#status & ~flags) >>> 0;
    this.drive();
  }

  /** Reports a change of the line to the host, which may access the device from within the call. */
  drive(): void {
    const asserted = (this.#status & this.#mask) !== 0;
    if (asserted !== this.#asserted) {
      this.#asserted = asserted;
      this.#setLine(asserted);
    }
  }

  /** Restores the state of a snapshot; `drive` reports it to the host. */
  restore(status: number, mask: number): void {
    this.#status = status;
    this.#mask = mask;
  }

  /** Clears status and mask. */
  reset(): void {
    this.#status = 0;
    this.#mask = 0;
    this.drive();
  }
}
