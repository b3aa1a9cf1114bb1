/**
 * Ports, registers and flag bits, from Linux drivers/gpu/drm/vmwgfx/device_include/svga_reg.h.
 * `SVGA_REG.COMMAND_LOW` there is SVGA_REG_COMMAND_LOW, and so on. Listed is what this device has and what
 * drivers are known to look for.
 */

/** Port offsets from BAR0. */
export const SVGA_PORT = { INDEX: 0, VALUE: 1, IRQSTATUS: 8 } as const;

/** SVGA_ID_*: the versions of the register interface (SVGA_MAKE_ID). */
export const SVGA_ID = { V0: 0x9000_0000, V1: 0x9000_0001, V2: 0x9000_0002 } as const;

/** Register indices. */
export const SVGA_REG = {
  ID: 0,
  ENABLE: 1,
  WIDTH: 2,
  HEIGHT: 3,
  MAX_WIDTH: 4,
  MAX_HEIGHT: 5,
  BITS_PER_PIXEL: 7,
  VRAM_SIZE: 15,
  CAPABILITIES: 17,
  MEM_SIZE: 19,
  CONFIG_DONE: 20,
  SYNC: 21,
  BUSY: 22,
  GUEST_ID: 23,
  MEM_REGS: 30,
  IRQMASK: 33,
  GMR_MAX_IDS: 43,
  TRACES: 45,
  GMRS_MAX_PAGES: 46,
  MEMORY_SIZE: 47,
  COMMAND_LOW: 48,
  COMMAND_HIGH: 49,
  MAX_PRIMARY_MEM: 50,
  SUGGESTED_GBOBJECT_MEM_SIZE_KB: 51,
  DEV_CAP: 52,
  SCREENTARGET_MAX_WIDTH: 55,
  SCREENTARGET_MAX_HEIGHT: 56,
  MOB_MAX_SIZE: 57,
  CAP2: 59,
  GBOBJECT_MEM_SIZE_KB: 76,
} as const;

/** SVGA_REG_ENABLE bits. */
export const SVGA_REG_ENABLE = { DISABLE: 0, ENABLE: 1, HIDE: 2 } as const;

/** SVGA_REG_CAPABILITIES bits. */
export const SVGA_CAP = {
  EXTENDED_FIFO: 0x0000_8000,
  PITCHLOCK: 0x0002_0000,
  IRQMASK: 0x0004_0000,
  DISPLAY_TOPOLOGY: 0x0008_0000,
  COMMAND_BUFFERS: 0x0100_0000,
  CMD_BUFFERS_2: 0x0400_0000,
  GBOBJECTS: 0x0800_0000,
  DX: 0x1000_0000,
  HP_CMD_QUEUE: 0x2000_0000,
} as const;

/** Interrupt source bits, in the status port and in SVGA_REG_IRQMASK. */
export const SVGA_IRQFLAG = {
  ANY_FENCE: 0x1,
  FIFO_PROGRESS: 0x2,
  FENCE_GOAL: 0x4,
  COMMAND_BUFFER: 0x8,
  ERROR: 0x10,
} as const;

/** Registers in FIFO memory, as 32-bit word indices. NUM_REGS is their number. */
export const SVGA_FIFO = {
  MIN: 0,
  MAX: 1,
  NEXT_CMD: 2,
  STOP: 3,
  CAPABILITIES: 4,
  FLAGS: 5,
  FENCE: 6,
  NUM_REGS: 291,
} as const;

/** SVGA_FIFO_CAPABILITIES bits. */
export const SVGA_FIFO_CAP = { FENCE: 0x1 } as const;
