/**
 * The kinds of recorded events. `surface` is the index of the surface, `lane` of the CPU, driver or device. Bytes and
 * pages count from the start of the surface; ends are excluded. `until` is the index of the event at which it is over.
 *
 * | kind | a | b | c |
 * |---|---|---|---|
 * | STEP | number of the step | text, or NONE | |
 * | STORE, LOAD | first byte | end | |
 * | FAULT | page | 1 for a store | 1 if it failed |
 * | RECORDED | page | | |
 * | SCAN | dirty page-table entries | found ranges in `numbers`: count, start and end of each | 1 for a pass |
 * | PROTECT | first page | end | 1 for a pass |
 * | RANGE, CLEARED | first page | end | |
 * | SWITCH | 0 scan, 1 trap | | |
 * | BOX | box in `numbers`, or NONE for all | bytes | |
 * | EMITTED | name of the command | | |
 * | FENCE_EMITTED, FENCE | number | | |
 * | COMMAND | name of the command | surface that is written, or NONE | 1 if the device refuses it |
 * | UPLOAD | box in `numbers` | bytes sent | bytes of them that are new to the device |
 * | TAKEN | | | bytes that the device had otherwise |
 * | READ, WRITE | box in `numbers` | bytes | |
 * | READ_BACK | first byte | end | |
 * | EVICTED | | | |
 * | REFUSED | text | | |
 * | FINDING | first byte | end | text |
 */
export const EVENT = {
  STEP: 0,
  STORE: 1,
  LOAD: 2,
  FAULT: 3,
  RECORDED: 4,
  SCAN: 5,
  PROTECT: 6,
  RANGE: 7,
  CLEARED: 8,
  SWITCH: 9,
  BOX: 10,
  EMITTED: 11,
  FENCE_EMITTED: 12,
  COMMAND: 13,
  UPLOAD: 14,
  TAKEN: 15,
  READ: 16,
  WRITE: 17,
  READ_BACK: 18,
  FENCE: 19,
  EVICTED: 20,
  REFUSED: 21,
  FINDING: 22,
} as const;

export type EventKind = (typeof EVENT)[keyof typeof EVENT];

/** No surface. */
export const NO_SURFACE = 0xffff;
/** No box, name or text. */
export const NONE = 0xffff_ffff;

/** Numbers of a box in `numbers`: subresource, x, y, z, width, height, depth. */
export const BOX_NUMBERS = 7;
