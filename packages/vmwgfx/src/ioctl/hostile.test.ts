import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyCommand } from '../driver.fixture.js';
import { VmwgfxError } from '../errors.js';
import { faultPointNames, FaultInjection } from '../fault-injection.js';
import { callsByNr } from './calls/call-table.js';
import { requests, DRM_IOWR, takeApart, structs } from '@cg/vmwgfx-ioctl';
import { viewOf } from './user-memory.js';
import { userSpace, type UserProgram } from './user-program.fixture.js';

const known = [...callsByNr.values()].map(({ request }) => request);

/** Words with a meaning somewhere: handles, sizes, flags, pointers into the program's memory, all bits. */
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

/** Arguments that would be valid with existing handles; 0x1100 is the address of a copy, of 72 bytes. */
const NONE = 0xffff_ffff;
const gbSurface = [0x20, 2, 1, 8, 0, 0, NONE, 0, 16, 16, 1, 0];
const likely: readonly (readonly [number, readonly number[]])[] = [
  [requests.DRM_IOCTL_VMW_ALLOC_BO, [10_000]],
  [requests.DRM_IOCTL_VMW_HANDLE_CLOSE, [2]],
  [requests.DRM_IOCTL_GEM_CLOSE, [4]],
  [requests.DRM_IOCTL_VMW_CREATE_CONTEXT, []],
  [requests.DRM_IOCTL_VMW_UNREF_CONTEXT, [3]],
  [requests.DRM_IOCTL_VMW_CREATE_EXTENDED_CONTEXT, [1]],
  [requests.DRM_IOCTL_VMW_CREATE_SURFACE, [0x20, 2, 1, 0, 0, 0, 0, 0, 0x1200, 0, 1, 0]],
  [requests.DRM_IOCTL_VMW_UNREF_SURFACE, [1]],
  [requests.DRM_IOCTL_VMW_REF_SURFACE, [1]],
  [requests.DRM_IOCTL_VMW_EXECBUF, [0x1100, 0, 72, 0, 0x1000, 0, 2, 0, NONE, NONE]],
  [requests.DRM_IOCTL_VMW_EXECBUF, [0x1100, 0, 0, 0, 0x1000, 0, 2, 2, NONE, NONE]],
  [requests.DRM_IOCTL_VMW_EXECBUF, [0x1100, 0, 0, 0, 0x1000, 0, 2, 1, NONE, 3]],
  [requests.DRM_IOCTL_VMW_FENCE_WAIT, [0x4000_0000, 0, 0, 0, 1, 0, 0, 1, 0]],
  [requests.DRM_IOCTL_VMW_FENCE_UNREF, [0x4000_0000]],
  [requests.DRM_IOCTL_VMW_FENCE_EVENT, [0x1000, 0, 1, 2, 0, 1]],
  [requests.DRM_IOCTL_VMW_CREATE_SHADER, [0, 64, 2, 0, 0, 0]],
  [requests.DRM_IOCTL_VMW_UNREF_SHADER, [5]],
  [requests.DRM_IOCTL_VMW_GB_SURFACE_CREATE, gbSurface],
  [requests.DRM_IOCTL_VMW_GB_SURFACE_CREATE_EXT, [...gbSurface, 0, 0, 0, 0, 0, 0]],
  [
    requests.DRM_IOCTL_VMW_GB_SURFACE_CREATE_EXT,
    [0x20, 2, 2, 4, 2, 0, NONE, 2, 9, 9, 1, 0, 0, 1, 1, 1, 0, 0],
  ],
  [requests.DRM_IOCTL_VMW_GB_SURFACE_REF, [1, 0]],
  [requests.DRM_IOCTL_VMW_GB_SURFACE_REF_EXT, [3, 1]],
  [requests.DRM_IOCTL_VMW_SYNCCPU, [0, 1, 2]],
  [requests.DRM_IOCTL_VMW_SYNCCPU, [1, 1, 2]],
  [requests.DRM_IOCTL_PRIME_HANDLE_TO_FD, [1, 0]],
  [requests.DRM_IOCTL_PRIME_FD_TO_HANDLE, [0, 0, 3]],
  [requests.DRM_IOCTL_VMW_GET_PARAM, [0, 0, 9]],
  [requests.DRM_IOCTL_VMW_GET_3D_CAP, [0x2000, 0, 4000]],
  [requests.DRM_IOCTL_VERSION, [0, 0, 0, 0, 9, 0, 0x2000]],
];

interface HostileCall {
  readonly request: number;
  readonly words: readonly number[];
  /** Length to which the argument is cut; or it is in the program's memory, at an address. */
  readonly cut: number;
  readonly address: number | undefined;
}

const anyCall: fc.Arbitrary<HostileCall> = fc.record({
  request,
  words: fc.array(word, { minLength: 24, maxLength: 24 }),
  cut: fc.oneof({ weight: 8, arbitrary: fc.constant(Infinity) }, { weight: 1, arbitrary: fc.nat(100) }),
  address: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1, 0x1000, 0x1_0fe0, 0x1_1000, -1, NaN, 2 ** 60) },
  ),
});

/** A call that would have an effect, or one word off. */
const likelyCall: fc.Arbitrary<HostileCall> = fc
  .tuple(fc.constantFrom(...likely), fc.nat(60), word)
  .map(([[number, values], place, changed]) => {
    const words = Array.from({ length: 24 }, (_, i) => (i === place ? changed : (values[i] ?? 0)));
    return { request: number, words, cut: Infinity, address: undefined };
  });

const call = fc.oneof({ weight: 1, arbitrary: anyCall }, { weight: 4, arbitrary: likelyCall });

/** Puts a copy and a size where `likely` points. */
function prepare({ user }: UserProgram): void {
  user.write(user.base + 0x100, copyCommand(1, 1, 8, 8));
  const size = new Uint8Array(structs.size.bytes);
  structs.size.write(viewOf(size), 0, { width: 8, height: 8, depth: 1, pad64: 0 });
  user.write(user.base + 0x200, size);
}

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

/** The bytes of a word that another, well-behaved program has stored and copied, on the device. */
function copiedWord({ process, device, program }: ReturnType<typeof userSpace>): number[] {
  const user = program();
  const [from, to] = [user.createSurface(), user.createSurface()];
  const { cpu, addressSpace } = process();
  const { buffer_map_handle: offset, buffer_size: length } = from;
  const { start } = user.file.mmap({ addressSpace, offset, length });
  cpu.store32(start + 100, 0x1234_5678);
  const { handle } = user.submit(copyCommand(from.handle, to.handle, 64, 64));
  user.wait(handle);
  const image = device.image(user.file.deviceId(to.handle), 0)!;
  const word = [...image.subarray(100, 104)];
  cpu.run(undefined);
  addressSpace.exit();
  user.fd.close();
  return word;
}

const WORD = [0x78, 0x56, 0x34, 0x12];

describe('bad input', () => {
  it('only ever fails as VmwgfxError, and takes nothing that is not given back', () => {
    fc.assert(
      fc.property(fc.array(call, { minLength: 40, maxLength: 80 }), fc.boolean(), (calls, dx) => {
        const base = userSpace({}, { dx, sm41: dx });
        const { driver, memory, program, descriptors } = base;
        expect(copiedWord(base)).toEqual(WORD);
        const free = memory.freeFrames;
        const user = program();
        prepare(user);
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
        expect([memory.freeFrames, driver.state.account.used, driver.state.graphicsMemory.used]).toEqual([
          free,
          0,
          0,
        ]);
        expect(copiedWord(base)).toEqual(WORD);
      }),
      { numRuns: 100 },
    );
  });

  it('1.5: nor does it where steps of the driver fail', () => {
    const fault = fc.tuple(fc.constantFrom(...faultPointNames), fc.nat(5));
    fc.assert(
      fc.property(fc.array(fc.tuple(call, fault), { minLength: 30, maxLength: 60 }), (calls) => {
        const faults = new FaultInjection();
        const base = userSpace({ faults });
        const user = base.program();
        prepare(user);
        for (const [each, [point, after]] of calls) {
          faults.fail(point, { after });
          make(user, each);
        }
        faults.disarm();
        expect(copiedWord(base)).toEqual(WORD);
      }),
      { numRuns: 40 },
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
    expect(copiedWord(base)).toEqual(WORD);
  });
});
