/** A new adapter of Dawn's: a GPUAdapter. */
export function requestAdapter(): Promise<unknown>;
/** Says what adapter there is and answers requests by the handlers of their names, one after another. */
export function serve(handlers: Record<string, (request: never) => unknown>): Promise<void>;
