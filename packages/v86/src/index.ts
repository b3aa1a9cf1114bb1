export { attachSvga } from './attach.js';
export type { AttachedSvga } from './attach.js';
export type { AttachOptions } from './options.js';
export { V86Error } from './errors.js';
export type { V86ErrorCode } from './errors.js';
