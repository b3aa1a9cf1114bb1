import { vi } from 'vitest';

// A host without WebAssembly: memory is an ArrayBuffer, and entries are cleaned in JavaScript.
vi.stubGlobal('WebAssembly', undefined);
