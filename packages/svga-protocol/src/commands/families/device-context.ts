import { deviceContextCommand } from '../command-definition.js';

/** SVGADeviceContextCmdId of svga_reg.h: commands for SVGA_CB_CONTEXT_DEVICE. */
export const deviceContextCommands = {
  DC_CMD_NOP: deviceContextCommand(0, {}),
  DC_CMD_START_STOP_CONTEXT: deviceContextCommand(1, { enable: 'u32', context: 'SVGACBContext' }),
  DC_CMD_PREEMPT: deviceContextCommand(2, { context: 'SVGACBContext', ignoreIDZero: 'u32' }),
  DC_CMD_START_QUEUE: deviceContextCommand(3, { context: 'SVGACBContext' }),
  DC_CMD_ASYNC_STOP_QUEUE: deviceContextCommand(4, { context: 'SVGACBContext' }),
  DC_CMD_EMPTY_CONTEXT_QUEUE: deviceContextCommand(5, { context: 'SVGACBContext' }),
} as const;
