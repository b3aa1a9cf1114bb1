export { attachSvga } from './attach.js';
export type { AttachedSvga } from './attach.js';
export type { AttachOptions } from './options.js';
export { attachSvgaScreen } from './screen/attach-screen.js';
export type { ScreenOptions, SvgaScreen } from './screen/attach-screen.js';
export type {
  PageDocument,
  PageEvent,
  PageEventTarget,
  PageStyle,
  ScreenCanvas,
  ScreenContext,
  ScreenImage,
} from './screen/canvas.js';
export type { CursorStyle } from './screen/shown-display.js';
export { encodeState } from './screen/machine-state.js';
export type { MachineState } from './screen/machine-state.js';
export { V86Error } from './errors.js';
export type { V86ErrorCode } from './errors.js';
