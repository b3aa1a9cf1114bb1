export { BufferSource, type ByteSource } from './byte-source.js';
export { MemoryImageError } from './errors.js';
export type { CpuRegisters, ImageFormat, MemoryImage, PhysicalMemory } from './memory-image.js';
export { openMemoryImage, type OpenOptions } from './open-image.js';
export type { Segment } from './segments.js';
