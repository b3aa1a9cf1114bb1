export { openTrace, readTrace } from './trace/read-trace.js';
export type { Trace, TraceFrame, TraceHeader } from './trace/trace.js';
