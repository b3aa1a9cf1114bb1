import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyCommand } from '../driver.fixture.js';
import { VmwgfxError } from '../errors.js';
import { faultPointNames, FaultInjection } from '../fault-injection.js';
import { callsByNr } from './calls.js';
import { DRM_IOWR, takeApart } from './request.js';
import { userSpace, type UserProgram } from './user-program.fixture.js';

const known = [...callsByNr.values()].map(({ request }) => request);

/** Words that mean something somewhere: handles, sizes, flags, pointers into the program's memory, all bits. */
const word = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 12 }) },
  { weight: 2, arbitrary: fc.constantFrom(0, 0x1000, 0x1100, 0x2000, 0x1_0000, 0x4000_0000, 0xffff_ffff) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff_ffff }) },
);

const request = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...known) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 200 }))
      .map(([nr, bytes]) => DRM_IOWR(nr, bytes)),
  },
  { weight: 1, arbitrary: fc.integer({ min: -(2 ** 31), max: 2 ** 32 }) },
  { weight: 1, arbitrary: fc.double() },
);

interface HostileCall {
  readonly request: number;
  readonly words: readonly number[];
  /** Bytes that the argument is cut to; or it lies in the program's memory, at an address. */
  readonly cut: number;
  readonly address: number | undefined;
}

const call: fc.Arbitrary<HostileCall> = fc.record({
  request,
  words: fc.array(word, { minLength: 24, maxLength: 24 }),
  cut: fc.oneof({ weight: 8, arbitrary: fc.constant(Infinity) }, { weight: 1, arbitrary: fc.nat(100) }),
  address: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1, 0x1000, 0x1_0fe0, 0x1_1000, -1, NaN, 2 ** 60) },
  ),
});

function make(program: UserProgram, { request: number, words, cut, address }: HostileCall): void {
  const bytes = new Uint8Array(Uint32Array.from(words).buffer).slice(0, Math.min(cut, 96));
  try {
    if (address === undefined) {
      program.fd.ioctl(number, bytes);
    } else {
      program.user.write(program.user.base, bytes);
      program.fd.ioctl(number, address);
    }
  } catch (error) {
    if (!(error instanceof VmwgfxError)) {
      throw error;
    }
  }
}

/** What a program that behaves still gets. */
function checkStillWorks({ process, device, program }: ReturnType<typeof userSpace>): void {
  const user = program();
  const [from, to] = [user.createSurface(), user.createSurface()];
  const { cpu, addressSpace } = process();
  const { buffer_map_handle: offset, buffer_size: length } = from;
  const { start } = user.file.mmap({ addressSpace, offset, length });
  cpu.store32(start + 100, 0x1234_5678);
  const { handle } = user.submit(copyCommand(from.handle, to.handle, 64, 64));
  user.wait(handle);
  const image = device.image(user.file.deviceId(to.handle), 0)!;
  expect([...image.subarray(100, 104)]).toEqual([0x78, 0x56, 0x34, 0x12]);
  cpu.run(undefined);
  addressSpace.exit();
  user.fd.close();
}

describe('bad input', () => {
  it('only ever fails as VmwgfxError, and takes nothing that is not given back', () => {
    fc.assert(
      fc.property(fc.array(call, { minLength: 1, maxLength: 60 }), fc.boolean(), (calls, dx) => {
        const base = userSpace({}, { dx, sm41: dx });
        const { driver, memory, program, descriptors } = base;
        checkStillWorks(base);
        const free = memory.freeFrames;
        const user = program();
        user.user.write(user.user.base + 0x100, copyCommand(1, 1, 8, 8));
        calls.forEach((each) => make(user, each));
        user.fd.read(10_000);
        for (let fd = 3; fd < 80; fd++) {
          try {
            descriptors.close(fd);
          } catch (error) {
            expect(error).toMatchObject({ code: 'EBADF' });
          }
        }
        user.fd.close();
        expect([memory.freeFrames, driver.context.account.used, driver.context.graphicsMemory.used]).toEqual([
          free,
          0,
          0,
        ]);
        checkStillWorks(base);
      }),
      { numRuns: 150 },
    );
  });

  it('1.5: nor does it where steps of the driver fail', () => {
    const fault = fc.tuple(fc.constantFrom(...faultPointNames), fc.nat(5));
    fc.assert(
      fc.property(fc.array(fc.tuple(call, fault), { minLength: 1, maxLength: 40 }), (calls) => {
        const faults = new FaultInjection();
        const base = userSpace({ faults });
        const user = base.program();
        for (const [each, [point, after]] of calls) {
          faults.fail(point, { after });
          make(user, each);
        }
        faults.disarm();
        checkStillWorks(base);
      }),
      { numRuns: 60 },
    );
  });

  it('of every call that there is, with all bytes 0 and all bits set', () => {
    const base = userSpace({}, { dx: true, sm41: true });
    const user = base.program();
    for (const number of known) {
      for (const value of [0, 0xffff_ffff]) {
        const words = Array.from({ length: 24 }, () => value);
        make(user, { request: number, words, cut: Infinity, address: undefined });
        make(user, { request: number, words, cut: takeApart(number).bytes - 1, address: undefined });
      }
    }
    checkStillWorks(base);
  });
});
