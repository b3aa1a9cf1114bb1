import { describe, expect, it } from 'vitest';
import { PAGE_SIZE, USER_ADDRESS_END } from './address.js';
import { AddressSpace } from './address-space.js';
import { Cpu } from './cpu.js';
import { HugeMachine } from './huge-machine.fixture.js';
import { ObjectMachine, SHARED_WRITABLE } from './object-machine.fixture.js';
import { ENTRY_SPAN } from './page-tables.js';
import { VM_READ, VM_SHARED } from './vma.js';

type AccessKind = 'load' | 'store';

interface Access {
  readonly name: string;
  readonly size: number;
  readonly kind: AccessKind;
  make(cpu: Cpu, address: number): unknown;
}

const WORD = 0x5a5a5a5a;
const words = new Uint32Array(2);

function load(size: number, make: Access['make'], name = `load${size * 8}`): Access {
  return { name, size, kind: 'load', make };
}

/** A store of bytes 0x5a. */
function store(size: number, make: Access['make'], name = `store${size * 8}`): Access {
  return { name, size, kind: 'store', make };
}

const accesses: readonly Access[] = [
  load(2, (cpu, at) => cpu.load16(at)),
  load(4, (cpu, at) => cpu.load32(at)),
  load(8, (cpu, at) => cpu.load64(at, words)),
  load(200, (cpu, at) => cpu.loadBytes(at, new Uint8Array(200)), 'loadBytes'),
  store(2, (cpu, at) => cpu.store16(at, WORD)),
  store(4, (cpu, at) => cpu.store32(at, WORD)),
  store(8, (cpu, at) => cpu.store64(at, WORD, WORD)),
  store(4, (cpu, at) => cpu.compareExchange32(at, 0, WORD), 'compareExchange32'),
  store(8, (cpu, at) => cpu.compareExchange64(at, 0, 0, WORD, WORD), 'compareExchange64'),
  store(200, (cpu, at) => cpu.storeBytes(at, new Uint8Array(200).fill(0x5a)), 'storeBytes'),
];

/** A page: a VMA with these permissions, one without memory, or none. */
type PageKind = 'absent' | 'forbidden' | 'read-only' | 'sigbus' | 'writable';

const pageKinds: readonly PageKind[] = ['writable', 'read-only', 'forbidden', 'sigbus', 'absent'];

/** Two adjacent pages of an object, each with a VMA of its own; the lower one is at `start`. */
function twoPages(kinds: readonly PageKind[], start: number): { cpu: Cpu; storedBytes(): number[] } {
  const machine = new ObjectMachine(2);
  const addressSpace = new AddressSpace(machine.memory);
  const flags = {
    writable: SHARED_WRITABLE,
    'read-only': VM_READ | VM_SHARED,
    forbidden: VM_SHARED,
    sigbus: SHARED_WRITABLE,
  };
  kinds.forEach((kind, page) => {
    if (kind !== 'absent') {
      addressSpace.map({
        address: start + page * PAGE_SIZE,
        length: PAGE_SIZE,
        flags: flags[kind],
        mapping: machine.mapping,
        firstPage: page,
        operations: kind === 'sigbus' ? { fault: () => 'sigbus' } : machine,
      });
    }
  });
  const cpu = new Cpu(machine.memory);
  cpu.run(addressSpace);
  const { u8 } = machine.memory;
  const storedBytes = (): number[] =>
    Array.from(machine.frames, (frame) => {
      const bytes = u8.subarray(frame * PAGE_SIZE, (frame + 1) * PAGE_SIZE);
      return bytes.filter((byte) => byte === 0x5a).length;
    });
  return { cpu, storedBytes };
}

/** The code of the fault by an access to such a page, if there is one. */
function codeOf(page: PageKind, access: AccessKind): string | undefined {
  if (page === 'absent' || page === 'sigbus') {
    return 'EFAULT';
  }
  return page === 'forbidden' || (page === 'read-only' && access === 'store') ? 'EACCES' : undefined;
}

/** How an access fails: its code, and where. */
function faultOf(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    const { code, facts } = error as { code: string; facts: { address: number; access: string } };
    return { code, address: facts.address, access: facts.access };
  }
}

const START = 2 ** 33;
const pairs = pageKinds.flatMap((lower) => pageKinds.map((upper) => [lower, upper] as const));

describe.each(accesses)('$name across a page boundary', ({ name, size, kind, make }) => {
  it.each(pairs)(
    '2.5: faults in the lower page first, and in the upper one at its first byte (%s, %s)',
    (lower, upper) => {
      for (let before = 1; before < Math.min(size, 9); before++) {
        const { cpu, storedBytes } = twoPages([lower, upper], START);
        const address = START + PAGE_SIZE - before;
        const [first, second] = [codeOf(lower, kind), codeOf(upper, kind)];
        const fault =
          first !== undefined
            ? { code: first, address, access: kind }
            : second && { code: second, address: START + PAGE_SIZE, access: kind };
        expect(faultOf(() => make(cpu, address))).toEqual(fault);
        // A bulk store has stored the pages before the one at fault; of a word nothing is stored.
        const isStored = kind === 'store' && fault === undefined;
        const keepsLower = isStored || (name === 'storeBytes' && first === undefined);
        expect(storedBytes()).toEqual([keepsLower ? before : 0, isStored ? size - before : 0]);
      }
    },
  );

  it('at the top of user space faults at the first byte outside it', () => {
    const { cpu, storedBytes } = twoPages(['writable'], USER_ADDRESS_END - PAGE_SIZE);
    const fault = { code: 'EFAULT', address: USER_ADDRESS_END, access: kind };
    expect(faultOf(() => make(cpu, USER_ADDRESS_END - 1))).toEqual(fault);
    expect(storedBytes()).toEqual([name === 'storeBytes' ? 1 : 0, 0]);
    expect(faultOf(() => make(cpu, USER_ADDRESS_END - PAGE_SIZE - 1))).toEqual({
      ...fault,
      address: USER_ADDRESS_END - PAGE_SIZE - 1,
    });
  });

  it('goes from one 2 MiB leaf into the next, and faults at the first byte behind the last', () => {
    const machine = new HugeMachine();
    const { vma, cpu } = machine.process();
    const first = machine.firstFrame * PAGE_SIZE;
    const span = ENTRY_SPAN[2];
    make(cpu, vma.start + span - 1);
    const stored = kind === 'store' ? 0x5a : 0;
    const { u8 } = machine.memory;
    expect([u8[first + span - 1], u8[first + span + size - 2]]).toEqual([stored, stored]);
    expect(faultOf(() => make(cpu, vma.end - 1))).toEqual({ code: 'EFAULT', address: vma.end, access: kind });
    // The VMA begins on a boundary of 1 GiB.
    expect(faultOf(() => make(cpu, vma.start - 1))).toEqual({
      code: 'EFAULT',
      address: vma.start - 1,
      access: kind,
    });
  });

  it('into a leaf of 2 MiB whose handler refuses it faults at the leaf’s first byte', () => {
    const machine = new HugeMachine();
    machine.hugeFault = (fault, level) => {
      const isSecond = fault.page >= ENTRY_SPAN[2] / PAGE_SIZE;
      return isSecond && level === 2 ? 'sigbus' : HugeMachine.prototype.hugeFault.call(machine, fault, level);
    };
    const { vma, cpu } = machine.process();
    const boundary = vma.start + ENTRY_SPAN[2];
    const fault = { code: 'EFAULT', address: boundary, access: kind };
    expect(faultOf(() => make(cpu, boundary - 1))).toEqual(fault);
    expect(cpu.load8(boundary - 1)).toBe(name === 'storeBytes' ? 0x5a : 0);
  });
});

describe('an access within one page', () => {
  it.each(accesses)('that fails says the byte it began at: $name', ({ size, kind, make }) => {
    for (const page of pageKinds) {
      const { cpu } = twoPages([page], START);
      const address = START + PAGE_SIZE - size;
      const code = codeOf(page, kind);
      expect(faultOf(() => make(cpu, address))).toEqual(code && { code, address, access: kind });
    }
  });
});
