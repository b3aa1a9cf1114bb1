import { little, romImage } from './rom-image.js';

/** Configuration mechanism 1 of PCI: ports for address and data. */
const PCI_ADDRESS = 0xcf8;
const PCI_DATA = 0xcfc;

/** A BIOS written by hand: 16-bit code that uses ports, and then halts. */
export class BootRom {
  readonly #code: number[] = [];

  /** out dx, eax */
  out(port: number, value: number): this {
    return this.#add(0x66, 0xb8, ...little(value, 4), 0xba, ...little(port, 2), 0x66, 0xef);
  }

  /** in eax, dx, and the result to an address below 64 KiB. */
  in(port: number, address: number): this {
    return this.#add(0xba, ...little(port, 2), 0x66, 0xed, 0x66, 0xa3, ...little(address, 2));
  }

  /** Reads 32 bits of the configuration space of a slot. */
  readConfiguration(slot: number, offset: number, address: number): this {
    return this.out(PCI_ADDRESS, configurationAddress(slot, offset)).in(PCI_DATA, address);
  }

  writeConfiguration(slot: number, offset: number, value: number): this {
    return this.out(PCI_ADDRESS, configurationAddress(slot, offset)).out(PCI_DATA, value);
  }

  /** Ends with a halted CPU. */
  finish(): ArrayBuffer {
    return romImage([...this.#code, 0xf4]); // hlt, with interrupts off
  }

  #add(...bytes: number[]): this {
    this.#code.push(...bytes);
    return this;
  }
}

function configurationAddress(slot: number, offset: number): number {
  return 0x8000_0000 + slot * 0x800 + offset;
}
