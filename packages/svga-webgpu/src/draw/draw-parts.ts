import { SVGA3D_PRIMITIVE } from '@cg/svga-protocol';
import type { DrawCall, PipelineState } from '@cg/svga-device';
import type { DecodedShader } from './shader-table.js';
import type { DecodedShaders } from './translations.js';

/** Vertices of a primitive of a list. */
const CORNERS: Readonly<Record<number, number>> = {
  [SVGA3D_PRIMITIVE.POINTLIST]: 1,
  [SVGA3D_PRIMITIVE.LINELIST]: 2,
  [SVGA3D_PRIMITIVE.TRIANGLELIST]: 3,
};
const NUMBERS = new Set(['VERTEX_ID', 'INSTANCE_ID', 'PRIMITIVE_ID']);

function isNumbered(shader: DecodedShader | undefined): boolean {
  return shader?.interface.inputs.some(({ name }) => NUMBERS.has(name)) === true;
}

/**
 * A draw as several that draw the same, one after another.
 * @param count vertices of an instance
 * @param parts how many equal ones the draw should have: asked before each, as the GPU's time may change it
 * @returns the draw itself where its parts would not be the same: strips, shaders that see numbers of vertices,
 * instances or primitives, stream output, instance data of other rates than one
 */
export function* drawParts(
  state: PipelineState,
  call: DrawCall,
  shaders: DecodedShaders,
  count: number,
  parts: () => number,
): Generator<DrawCall & { readonly vertexCount: number }> {
  const { instanceCount, firstInstance, firstVertex } = call;
  const isRegular = state.inputLayout.elements.every(
    ({ inputSlotClass, instanceDataStepRate }) => inputSlotClass === 0 || instanceDataStepRate === 1,
  );
  const isOne =
    !isRegular ||
    state.streamOutput !== undefined ||
    [shaders.vertex, shaders.geometry, shaders.pixel].some(isNumbered);
  if (isOne) {
    yield { ...call, vertexCount: count };
    return;
  }
  const corners = CORNERS[state.topology] ?? count;
  const primitives = count / corners;
  for (let instance = 0; instance < instanceCount;) {
    const instances = Math.min(atLeastOne(instanceCount / parts()), instanceCount - instance);
    for (let vertex = 0; vertex < count;) {
      const partsOfEach = instances > 1 ? 1 : Math.ceil(parts() / instanceCount);
      const vertexCount = Math.min(atLeastOne(primitives / partsOfEach) * corners, count - vertex);
      yield {
        ...call,
        vertexCount,
        firstVertex: firstVertex + vertex,
        instanceCount: instances,
        firstInstance: firstInstance + instance,
      };
      vertex += vertexCount;
    }
    instance += instances;
  }
}

function atLeastOne(number: number): number {
  return Math.max(1, Math.floor(number));
}
