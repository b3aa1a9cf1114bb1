export { DrmIoctl, type DrmIoctlOptions } from './ioctl/drm-ioctl.js';
export { Descriptors, type Described } from './ioctl/open-file/descriptors.js';
export type { UserArgument } from './ioctl/user-argument.js';
export { BufferMemory, ProcessMemory, type UserMemory } from './ioctl/user-memory.js';
