/**
 * Faults in what the driver knows of the device's content (rule 7.7).
 *
 * @import { Break } from './breaks.mjs'
 */

const shadow = 'packages/vmwgfx/src/resource/shadow.ts';
const surfaces = 'packages/vmwgfx/src/resource/surface.ts';
const compared = 'packages/vmwgfx/src/resource/kept-boxes.ts';

/** @type {readonly Omit<Break, 'rule'>[]} */
const faults = [
  {
    name: 'a shadow does not notice device writes',
    file: shadow,
    from: 'deviceWrites(): void {\n    this.#isStale = true;',
    to: 'deviceWrites(): void {',
  },
  {
    name: 'a shadow outlives its binding',
    file: surfaces,
    from: 'this.#compared?.shadow.forget();',
    to: '',
  },
  {
    name: 'a shadow trusts a device that is not done',
    file: 'packages/vmwgfx/src/device/batch-queue.ts',
    from: '() => readCommandBufferHeader(memory.header).status === SVGA_CB_STATUS.COMPLETED',
    to: '() => readCommandBufferHeader(memory.header).status <= SVGA_CB_STATUS.COMPLETED',
  },
  {
    name: 'a shadow knows refused uploads',
    file: 'packages/vmwgfx/src/device/batch-queue.ts',
    from: '() => readCommandBufferHeader(memory.header).status === SVGA_CB_STATUS.COMPLETED',
    to: '() => readCommandBufferHeader(memory.header).status > SVGA_CB_STATUS.NONE',
  },
  {
    name: 'a shadow copies what was compared, not what is sent',
    file: shadow,
    from: 'return {\n      sending: () => binding === this.#binding && this.#copyRuns(rows, from),',
    to: 'this.#copyRuns(rows, from);\n    return {\n      sending: () => {},',
  },
  {
    name: 'a shadow knows a line of which a part was uploaded',
    file: shadow,
    from: 'length : Math.floor(end / LINE_BYTES);',
    to: 'length : Math.ceil(end / LINE_BYTES);',
  },
  {
    name: 'a shadow is compared whose read-back was not noted',
    file: shadow,
    from: 'words === undefined || this.#isStale ||',
    to: 'words === undefined ||',
  },
  {
    name: 'a shadow whose read-back was not noted is trusted again after an upload',
    file: shadow,
    from: 'this.forget();\n    }\n    const binding',
    to: 'this.#isStale = false;\n    }\n    const binding',
  },
  {
    name: 'a shadow knows content that the device has not taken',
    file: shadow,
    from: 'this.#isStale = false;\n    for (',
    to: 'this.#isStale = false;\n    if (this.#hasMemory()) known.setRange(0, known.length);\n    for (',
  },
  {
    name: 'a shadow keeps what it had before a read-back',
    file: shadow,
    from: 'this.#copy(start, Math.min(start + LINE_BYTES, this.#bytes), from);',
    to: 'void start;',
  },
  {
    name: 'a shadow knows what an alias brought',
    file: compared,
    from: 'lines.has(line) || isDirty(',
    to: 'isDirty(',
  },
  {
    name: 'a shadow is allocated for a surface that is gone',
    file: shadow,
    from: 'sending: () => binding === this.#binding && this.#copyRuns',
    to: 'sending: () => this.#copyRuns', // its memory stays charged
  },
  {
    name: 'a shadow is not freed',
    file: surfaces,
    from: 'this.#compared?.shadow.drop();',
    to: '',
  },
];

export const shadowBreaks = faults.map((one) => ({ ...one, rule: '7.7' }));
