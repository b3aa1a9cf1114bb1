/**
 * The encoding of Linux ioctl numbers (asm-generic/ioctl.h): number in bits 0–7, type in 8–15, bytes of the argument in
 * 16–29, direction in 30–31.
 */
const IOC_WRITE = 1;
const IOC_READ = 2;

/** 'd'. */
const DRM_IOCTL_BASE = 0x64;

/** The range of numbers for drivers (drm.h). */
export const DRM_COMMAND_BASE = 0x40;
export const DRM_COMMAND_END = 0xa0;

function encode(direction: number, nr: number, bytes: number): number {
  return ((direction << 30) | (bytes << 16) | (DRM_IOCTL_BASE << 8) | nr) >>> 0;
}

/** A request with an argument that only its caller writes. */
export function DRM_IOW(nr: number, bytes: number): number {
  return encode(IOC_WRITE, nr, bytes);
}

/** One that only the driver writes. */
export function DRM_IOR(nr: number, bytes: number): number {
  return encode(IOC_READ, nr, bytes);
}

/** One that both write. */
export function DRM_IOWR(nr: number, bytes: number): number {
  return encode(IOC_READ | IOC_WRITE, nr, bytes);
}

/** One without an argument. */
export function DRM_IO(nr: number): number {
  return encode(0, nr, 0);
}

/** A decomposed request number. */
export interface Request {
  readonly nr: number;
  readonly isDrm: boolean;
  readonly bytes: number;
  /** The driver reads the argument. */
  readonly reads: boolean;
  /** The driver writes it. */
  readonly writes: boolean;
}

/** Uses the lower 32 bits of the number. */
export function takeApart(request: number): Request {
  const bits = request >>> 0;
  const direction = bits >>> 30;
  return {
    nr: bits & 0xff,
    isDrm: ((bits >>> 8) & 0xff) === DRM_IOCTL_BASE,
    bytes: (bits >>> 16) & 0x3fff,
    reads: (direction & IOC_WRITE) !== 0,
    writes: (direction & IOC_READ) !== 0,
  };
}
