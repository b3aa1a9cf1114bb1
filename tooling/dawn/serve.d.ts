export function requestAdapter(): Promise<GPUAdapter>;
export function serve(handlers: Record<string, (request: never) => unknown>): Promise<void>;
