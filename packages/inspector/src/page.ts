export { mountInspector, type Inspector, type InspectorOptions } from './page/inspector.js';
export { unpackRecording } from './recording/recording-bytes.js';
export type { Recording } from './recording/recording.js';
