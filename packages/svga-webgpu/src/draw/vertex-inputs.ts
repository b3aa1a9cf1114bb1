import { attributeRow, texelFormats, type TexelFormat, type VertexAttribute } from '@cg/vgpu10-wgsl';
import { formatById } from '@cg/surface-layout';
import { SVGA3D_INPUT } from '@cg/svga-protocol';
import { bufferEnd, type InputElement, type InputLayout, type PipelineState } from '@cg/svga-device';
import { nameOf } from '../formats/format-table.js';
import type { BufferImage } from '../images/buffer-image.js';
import type { ImageTable } from '../images/image-table.js';

const knownFormats: ReadonlySet<string> = new Set(texelFormats);

/** An element of a layout that can be fetched. */
interface FetchedElement {
  readonly element: InputElement;
  readonly format: TexelFormat;
}

/** The elements of a layout that can be fetched, and their slots. */
interface KnownLayout {
  readonly id: number;
  readonly elements: readonly FetchedElement[];
  readonly slots: readonly number[];
}

/** The vertex buffers of a draw: each surface is bound once, for all of the slots that it is in. */
export class VertexInputs {
  readonly buffers: BufferImage[] = [];
  /** Part of the pipeline's key. */
  key = '';
  readonly #layouts = new WeakMap<InputLayout, KnownLayout>();
  readonly #numbers: number[] = [];
  #layoutIds = 0;
  #elements: readonly FetchedElement[] = [];

  constructor(readonly images: ImageTable) {}

  resolve({ inputLayout, vertexBuffers }: PipelineState): void {
    const layout = this.#known(inputLayout);
    this.#elements = layout.elements;
    this.buffers.length = 0;
    this.key = `${layout.id}`;
    for (const slot of layout.slots) {
      const bound = vertexBuffers[slot];
      const image = bound && this.images.buffer(bound.surface);
      let number = -1;
      if (image !== undefined) {
        number = this.buffers.indexOf(image);
        if (number < 0) {
          number = this.buffers.push(image) - 1;
        }
      }
      this.#numbers[slot] = number;
      this.key += `.${number}`;
    }
  }

  #known(layout: InputLayout): KnownLayout {
    let known = this.#layouts.get(layout);
    if (known === undefined) {
      const elements: FetchedElement[] = [];
      for (const element of layout.elements) {
        const format = formatById(element.format);
        const name = format === undefined ? '' : nameOf(format);
        if (knownFormats.has(name)) {
          elements.push({ element, format: name as TexelFormat });
        }
      }
      const slots = [...new Set(elements.map(({ element }) => element.inputSlot))];
      known = { id: this.#layoutIds++, elements, slots };
      this.#layouts.set(layout, known);
    }
    return known;
  }

  /** The attributes of a translation's key. */
  attributes(): VertexAttribute[] {
    return this.#bound().map(({ element, format }) => ({
      register: element.inputRegister,
      buffer: this.#numbers[element.inputSlot],
      format,
      step: element.inputSlotClass === SVGA3D_INPUT.PER_INSTANCE_DATA ? 'instance' : 'vertex',
    }));
  }

  #bound(): readonly FetchedElement[] {
    return this.#elements.filter(({ element }) => this.#numbers[element.inputSlot] >= 0);
  }

  /** Writes the attributes' rows of a draw's constants. */
  writeRows(state: PipelineState, rows: readonly number[], words: Uint32Array, start: number): void {
    let i = 0;
    for (const { element, format } of this.#elements) {
      const { inputSlot, alignedByteOffset, instanceDataStepRate: stepRate } = element;
      if (this.#numbers[inputSlot] >= 0) {
        const buffer = state.vertexBuffers[inputSlot]!;
        const { offset, stride } = buffer;
        const size = bufferEnd(buffer);
        const place = { offset: offset + alignedByteOffset, stride, size, stepRate };
        words.set(attributeRow(format, place), start + 4 * rows[i++]);
      }
    }
  }

  /** Brings the buffers up to date. */
  use(): void {
    for (const buffer of this.buffers) {
      buffer.use(this.images.recorder);
    }
  }
}
