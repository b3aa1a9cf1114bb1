import { encodeCommand, SVGA_CB_MAX_SIZE } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { copyCommand } from '../driver.fixture.js';
import { callsByNr } from './calls/call-table.js';
import {
  requests,
  takeApart,
  DRM_VMW_EXECBUF_FLAG,
  drm_vmw_synccpu,
  drm_vmw_synccpu_op,
  DRM_VMW_HANDLE,
  structs,
} from '@cg/vmwgfx-ioctl';
import { userSpace, type UserProgram } from './user-program.fixture.js';

/** An unmapped address: the program's memory begins at 0x1000. */
const NOWHERE = 16;
const NO_HANDLE = 9999;
const NO_FD = 999;
const NONE = 0xffff_ffff;
const { IMPORT_FENCE_FD, EXPORT_FENCE_FD } = DRM_VMW_EXECBUF_FLAG;
const { PRIME } = DRM_VMW_HANDLE;

/** A program with one object of each kind, and file descriptors of some. */
function setUp() {
  const base = userSpace({}, { dx: true, sm41: true });
  const user = base.program();
  const { handle: surface } = user.createSurface();
  const bare = user.createSurface({ drm_surface_flags: 0 }).handle;
  const buffer = user.allocate(4096).handle;
  const { cid: context } = user.call(requests.DRM_IOCTL_VMW_CREATE_CONTEXT, structs.context, {});
  const { shader_handle: shader } = user.call(requests.DRM_IOCTL_VMW_CREATE_SHADER, structs.shaderCreate, {
    size: 64,
    buffer_handle: buffer,
  });
  const { handle: fence, fd: fenceFd } = user.submit(new Uint8Array(), { flags: EXPORT_FENCE_FD });
  const { handle: closed } = user.allocate(1);
  user.closeBuffer(closed);
  const [bufferFd, surfaceFd] = [user.handleToFd(buffer), user.handleToFd(surface)];
  const elsewhere = userSpace().program();
  const foreignFd = base.descriptors.install(elsewhere.file.share(elsewhere.allocate(1).handle));
  const objects = { surface, bare, buffer, context, shader, fence, closed };
  return { ...base, user, ...objects, bufferFd, surfaceFd, fenceFd, foreignFd };
}

type SetUp = ReturnType<typeof setUp>;
type Structure = (typeof structs)[keyof typeof structs];
type Values = Readonly<Record<string, unknown>>;

const requestsByName: ReadonlyMap<string, number> = new Map(
  Object.entries(requests).filter(([name]) => name.startsWith('DRM_IOCTL_')),
);
const requestOf = (name: string): number =>
  (requestsByName.get(`DRM_IOCTL_${name}`) ?? requestsByName.get(`DRM_IOCTL_VMW_${name}`)) as number;

/** Makes the call of a name, with its structure. */
function make(user: UserProgram, name: string, structure: Structure, values: Values): void {
  user.call(requestOf(name), structure as never, values as never);
}

interface Fault {
  readonly call: string;
  readonly fault: string;
  readonly errno: string;
  act(set: SetUp): void;
}

/** Faults of one call: the fault, the errno, and the fields that cause it, given the existing objects. */
function faultsOf(
  call: string,
  structure: Structure,
  good: (set: SetUp) => Values,
  faults: readonly (readonly [fault: string, errno: string, values: (set: SetUp) => Values])[],
): Fault[] {
  return faults.map(([fault, errno, values]) => ({
    call,
    fault,
    errno,
    act: (set) => make(set.user, call, structure, { ...good(set), ...values(set) }),
  }));
}

/** Calls that fail whatever their argument is. */
function notOffered(errno: string, fault: string, calls: readonly string[]): Fault[] {
  return calls.map((call) => ({
    call,
    fault,
    errno,
    act: ({ user }) => void user.fd.ioctl(requestOf(call), new ArrayBuffer(128)),
  }));
}

/** A handle of each wrong kind, and an unknown one, in a field. */
function wrongHandles(field: string, errno: string, right: readonly (keyof SetUp)[]) {
  const kinds = (['surface', 'buffer', 'context', 'shader', 'fence', 'closed'] as const).filter(
    (kind) => !right.includes(kind),
  );
  return [
    ['a handle of nothing', errno, () => ({ [field]: NO_HANDLE })] as const,
    ...kinds.map(
      (kind) => [`a handle of a ${kind}`, errno, (set: SetUp) => ({ [field]: set[kind] })] as const,
    ),
  ];
}

const none = (): Values => ({});
const gbSurface = (): Values => ({
  format: 2,
  mip_levels: 1,
  width: 8,
  height: 8,
  depth: 1,
  buffer_handle: NONE,
});
const execbuf = ({ user }: SetUp): Values => ({
  commands: user.user.base,
  fence_rep: user.user.base + 0x100,
  version: 2,
  context_handle: NONE,
  imported_fence_fd: -1,
});
/** With a command in the program's memory. */
const commands = (bytes: (set: SetUp) => Uint8Array) => (set: SetUp) => {
  const stream = bytes(set);
  set.user.user.write(set.user.user.base + 0x200, stream);
  return { commands: set.user.user.base + 0x200, command_size: stream.length };
};
const dma = (guestGmrId: number, hostSid: number): Uint8Array =>
  encodeCommand('SURFACE_DMA', {
    guestGmrId,
    guestOffset: 0,
    guestPitch: 0,
    hostSid,
    hostFace: 0,
    hostMipmap: 0,
    transfer: 1,
    boxes: [],
    suffix: [],
  });

const gbSurfaceFaults = [
  ['a format that is none', 'EINVAL', () => ({ format: 0 })],
  ['no width', 'EINVAL', () => ({ width: 0 })],
  ['25 mip levels', 'EINVAL', () => ({ mip_levels: 25 })],
  ['a sample count without its flag', 'EINVAL', () => ({ multisample_count: 2 })],
  [
    'a buffer object that is too small',
    'EINVAL',
    ({ buffer }: SetUp) => ({ width: 64, height: 64, buffer_handle: buffer }),
  ],
  ...wrongHandles('buffer_handle', 'ESRCH', ['buffer']),
] as const;

const surfaceReferenceFaults = [
  ...wrongHandles('sid', 'EINVAL', ['surface']),
  ['a file descriptor of nothing', 'EBADF', () => ({ sid: NO_FD, handle_type: PRIME })],
  [
    'a file descriptor of a buffer object',
    'ENOSYS',
    ({ bufferFd }: SetUp) => ({ sid: bufferFd, handle_type: PRIME }),
  ],
  ['a file descriptor of a fence', 'EINVAL', ({ fenceFd }: SetUp) => ({ sid: fenceFd, handle_type: PRIME })],
] as const;

const { read, dontblock, allow_cs } = drm_vmw_synccpu;
const { grab, release } = drm_vmw_synccpu_op;

/*
 * What Linux 6.1 returns: drm_ioctl.c, drm_gem.c, drm_prime.c, sync_file.c and drivers/gpu/drm/vmwgfx. It says 0 where
 * this driver is stricter: an unknown execbuf flag, a fence to export without a fence_rep, a release of what is not
 * grabbed, HANDLE_CLOSE of what is no buffer object, an UNREF call for another kind of object, FENCE_EVENT with a
 * fence_rep that is nowhere. MKSSTAT is not offered.
 */
const faults: readonly Fault[] = [
  ...faultsOf('VERSION', structs.version, none, [
    ['a name to nowhere', 'EFAULT', () => ({ name: NOWHERE, name_len: 8 })],
  ]),
  ...faultsOf('GEM_CLOSE', structs.handle, none, wrongHandles('handle', 'EINVAL', ['buffer'])),
  ...faultsOf('GET_CAP', structs.getCap, none, [
    ['an unknown capability', 'EINVAL', () => ({ capability: 99 })],
  ]),
  ...faultsOf('PRIME_HANDLE_TO_FD', structs.primeHandle, ({ buffer }) => ({ handle: buffer }), [
    ['a handle of nothing', 'ENOENT', () => ({ handle: NO_HANDLE })],
    ['a handle that was closed', 'ENOENT', ({ closed }) => ({ handle: closed })],
    ['a handle of a context', 'ENOENT', ({ context }) => ({ handle: context })],
    ['a handle of a shader', 'ENOENT', ({ shader }) => ({ handle: shader })],
    ['an unknown flag', 'EINVAL', () => ({ flags: 1 })],
  ]),
  ...faultsOf('PRIME_FD_TO_HANDLE', structs.primeHandle, none, [
    ['a file descriptor of nothing', 'EBADF', () => ({ fd: NO_FD })],
    ['a negative file descriptor', 'EBADF', () => ({ fd: -1 })],
    ['a file descriptor of a fence', 'EINVAL', ({ fenceFd }) => ({ fd: fenceFd })],
    ['a file descriptor of another device', 'EINVAL', ({ foreignFd }) => ({ fd: foreignFd })],
  ]),
  ...faultsOf('GET_PARAM', structs.getparam, none, [
    ['an unknown parameter', 'EINVAL', () => ({ param: 99 })],
  ]),
  ...faultsOf('ALLOC_BO', structs.allocBoReq, none, [['no bytes', 'EINVAL', () => ({ size: 0 })]]),
  ...faultsOf('HANDLE_CLOSE', structs.handle, none, wrongHandles('handle', 'EINVAL', ['buffer'])),
  ...notOffered('EACCES', 'a render node', [
    'CURSOR_BYPASS',
    'CONTROL_STREAM',
    'CLAIM_STREAM',
    'UNREF_STREAM',
    'PRESENT',
    'PRESENT_READBACK',
    'UPDATE_LAYOUT',
  ]),
  ...faultsOf('CREATE_EXTENDED_CONTEXT', structs.context, none, [
    ['an unknown kind', 'EINVAL', () => ({ cid: 2 })],
  ]),
  ...faultsOf('UNREF_CONTEXT', structs.context, none, wrongHandles('cid', 'EINVAL', ['context'])),
  ...faultsOf(
    'CREATE_SURFACE',
    structs.surfaceCreateReq,
    ({ user }) => ({ format: 2, mip_levels: [1, 0, 0, 0, 0, 0], size_addr: user.user.base }),
    [
      ['no mip levels', 'EINVAL', () => ({ mip_levels: [0, 0, 0, 0, 0, 0] })],
      ['25 mip levels', 'EINVAL', () => ({ mip_levels: [25, 0, 0, 0, 0, 0] })],
      ['sizes that are nowhere', 'EFAULT', () => ({ size_addr: NOWHERE })],
      ['a format that is none', 'EINVAL', () => ({ format: 0 })],
    ],
  ),
  ...faultsOf('UNREF_SURFACE', structs.surface, none, wrongHandles('sid', 'EINVAL', ['surface'])),
  ...faultsOf('REF_SURFACE', structs.surface, none, surfaceReferenceFaults),
  {
    call: 'REF_SURFACE',
    fault: 'a size_addr that is nowhere',
    errno: 'EFAULT',
    act({ user, surface }) {
      const argument = new DataView(new ArrayBuffer(structs.surfaceCreateReq.bytes));
      structs.surface.write(argument, 0, { sid: surface, handle_type: 0 });
      argument.setUint32(structs.surfaceCreateReq.offsets.size_addr, NOWHERE, true);
      user.fd.ioctl(requests.DRM_IOCTL_VMW_REF_SURFACE, argument);
    },
  },
  ...faultsOf('EXECBUF', structs.execbuf, execbuf, [
    ['version 0', 'EINVAL', () => ({ version: 0 })],
    ['version 3', 'EINVAL', () => ({ version: 3 })],
    ['an unknown flag', 'EINVAL', () => ({ flags: 4 })],
    ['too many bytes', 'EINVAL', () => ({ command_size: SVGA_CB_MAX_SIZE + 1 })],
    ['commands that are nowhere', 'EFAULT', () => ({ commands: NOWHERE, command_size: 8 })],
    ['a fence_rep that is nowhere', 'EFAULT', () => ({ fence_rep: NOWHERE })],
    ['a fence to export without a fence_rep', 'EINVAL', () => ({ flags: EXPORT_FENCE_FD, fence_rep: 0 })],
    ...wrongHandles('context_handle', 'EINVAL', []),
    ...[
      ['a file descriptor of nothing', () => NO_FD],
      ['a negative file descriptor', () => -1],
      ['a file descriptor of a buffer object', ({ bufferFd }: SetUp) => bufferFd],
      ['a file descriptor of a surface', ({ surfaceFd }: SetUp) => surfaceFd],
    ].map(
      ([what, fd]) =>
        [
          `as its fence to import ${String(what)}`,
          'EINVAL',
          (set: SetUp) => ({
            flags: IMPORT_FENCE_FD,
            imported_fence_fd: (fd as (set: SetUp) => number)(set),
          }),
        ] as const,
    ),
    ['a command that is cut off', 'EINVAL', commands(() => Uint8Array.of(1, 2, 3, 4, 5))],
    [
      'a command with a surface of nothing',
      'EINVAL',
      commands(({ surface }) => copyCommand(NO_HANDLE, surface, 1, 1)),
    ],
    [
      'a command with a buffer object as surface',
      'EINVAL',
      commands(({ buffer, surface }) => copyCommand(buffer, surface, 1, 1)),
    ],
    [
      'a command with a buffer object of nothing',
      'ESRCH',
      commands(({ surface }) => dma(NO_HANDLE, surface)),
    ],
    ['a command with a surface as buffer object', 'ESRCH', commands(({ surface }) => dma(surface, surface))],
    ['a command for a context without one', 'EINVAL', commands(() => encodeCommand('DX_DRAW_AUTO', {}))],
  ]),
  ...faultsOf('GET_3D_CAP', structs.get3dCap, ({ user }) => ({ buffer: user.user.base, max_size: 100 }), [
    ['no room', 'EINVAL', () => ({ max_size: 0 })],
    ['a pad that is not 0', 'EINVAL', () => ({ pad64: 1 })],
    ['a buffer that is nowhere', 'EFAULT', () => ({ buffer: NOWHERE })],
  ]),
  ...faultsOf('FENCE_WAIT', structs.fenceWait, none, wrongHandles('handle', 'EINVAL', ['fence'])),
  {
    call: 'FENCE_WAIT',
    fault: 'a fence that has not signalled, after no time',
    errno: 'EBUSY',
    act({ user, device, fence }) {
      device.fifo[6] -= 1;
      user.wait(fence, { timeout_us: 0 });
    },
  },
  ...faultsOf('FENCE_SIGNALED', structs.fenceSignaled, none, wrongHandles('handle', 'EINVAL', ['fence'])),
  ...faultsOf('FENCE_UNREF', structs.handle, none, wrongHandles('handle', 'EINVAL', ['fence'])),
  ...faultsOf('FENCE_EVENT', structs.fenceEvent, none, [
    ...wrongHandles('handle', 'EINVAL', ['fence']),
    ['a fence_rep that is nowhere', 'EFAULT', () => ({ fence_rep: NOWHERE })],
  ]),
  ...faultsOf('CREATE_SHADER', structs.shaderCreate, ({ buffer }) => ({ size: 64, buffer_handle: buffer }), [
    ['an unknown type', 'EINVAL', () => ({ shader_type: 2 })],
    ['a place outside the buffer object', 'EINVAL', () => ({ offset: 4096 })],
    ...wrongHandles('buffer_handle', 'ESRCH', ['buffer']),
  ]),
  ...faultsOf('UNREF_SHADER', structs.handle, none, wrongHandles('handle', 'EINVAL', ['shader'])),
  ...faultsOf('GB_SURFACE_CREATE', structs.gbSurfaceCreateReq, gbSurface, gbSurfaceFaults),
  ...faultsOf('GB_SURFACE_CREATE_EXT', structs.gbSurfaceCreateExtReq, gbSurface, [
    ...gbSurfaceFaults,
    ['a stride without shader model 5', 'EINVAL', () => ({ buffer_byte_stride: 4 })],
  ]),
  ...['GB_SURFACE_REF', 'GB_SURFACE_REF_EXT'].flatMap((call) =>
    faultsOf(call, structs.surface, none, [
      ...surfaceReferenceFaults,
      ['a surface without a backing', 'EINVAL', ({ bare }) => ({ sid: bare })],
    ]),
  ),
  ...faultsOf('SYNCCPU', structs.synccpu, ({ buffer }) => ({ op: grab, handle: buffer, flags: read }), [
    ['no flags', 'EINVAL', () => ({ flags: 0 })],
    ['an unknown flag', 'EINVAL', () => ({ flags: read | 16 })],
    ['an unknown operation', 'EINVAL', () => ({ op: 2 })],
    ['a release of what is not grabbed', 'EINVAL', () => ({ op: release })],
    ...wrongHandles('handle', 'ESRCH', ['buffer']),
    ...wrongHandles('handle', 'ESRCH', ['buffer']).map(
      ([what, errno, values]) =>
        [`in a release ${what}`, errno, (set: SetUp) => ({ ...values(set), op: release })] as const,
    ),
    [
      'in a release that held nothing a handle of nothing',
      'ESRCH',
      () => ({ op: release, handle: NO_HANDLE, flags: read | allow_cs }),
    ],
  ]),
  {
    call: 'SYNCCPU',
    fault: 'a buffer object that the device uses, not to be waited for',
    errno: 'EBUSY',
    act({ user, device }) {
      const { handle, buffer_handle } = user.createSurface();
      user.submit(copyCommand(handle, handle, 1, 1));
      device.fifo[6] -= 1;
      user.syncCpu(grab, buffer_handle, read | dontblock);
    },
  },
  ...notOffered('EINVAL', 'no hypervisor', ['MSG']),
  ...notOffered('ENOSYS', 'no hypervisor', ['MKSSTAT_RESET', 'MKSSTAT_ADD', 'MKSSTAT_REMOVE']),
];

/** An argument that is not there is EFAULT for every call that has one and is offered. */
const argumentFaults: readonly Fault[] = [...callsByNr.values()]
  .filter(({ request, run }) => typeof run !== 'string' && takeApart(request).bytes > 0)
  .map(({ request }) => ({
    call: [...requestsByName].find(([, number]) => number === request)![0].replace(/^DRM_IOCTL_(VMW_)?/, ''),
    fault: 'an argument that is nowhere',
    errno: 'EFAULT',
    act: ({ user }) => void user.fd.ioctl(request, NOWHERE),
  }));

describe('errno of each call', () => {
  const rows = [...faults, ...argumentFaults].map(
    ({ call, fault, errno, act }) => [call, fault, errno, act] as const,
  );

  it.each(rows)('%s: %s is %s', (_, __, errno, act) => {
    const set = setUp();
    expect(() => act(set)).toThrow(expect.objectContaining({ name: 'VmwgfxError', code: errno }) as Error);
  });

  it('is here for every call that there is', () => {
    const named = new Set([...faults, ...argumentFaults].map(({ call }) => requestOf(call)));
    expect([...callsByNr.values()].filter(({ request }) => !named.has(request))).toEqual([]);
    expect(callsByNr.size).toBe(38);
  });
});
