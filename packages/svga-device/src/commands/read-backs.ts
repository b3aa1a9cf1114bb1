import { effectsOf, subresourceIn, takesPlace } from '@cg/svga-protocol';
import type { CommandFields, CommandName } from '@cg/svga-protocol';
import type { DeviceObjects } from '../objects/device-objects.js';
import { CommandWait } from '../renderer/command-wait.js';

type Execute<N extends CommandName> = (objects: DeviceObjects, fields: CommandFields<N>) => void;

/** Extends a command to write its result back to the guest's memory if its fields request it. */
export function thenReadBack<N extends CommandName>(name: N, execute: Execute<N>): Execute<N> {
  const asked = effectsOf(name).references.flatMap(({ field = '', uses }) =>
    uses.filter(({ action }) => action === 'readBack').map((use) => ({ field, use })),
  );
  const readBack: Execute<N> = (objects, fields) => {
    const values = fields as Readonly<Record<string, unknown>>;
    for (const { field, use } of asked) {
      if (takesPlace(use, values)) {
        const surface = objects.surface(values[field] as number);
        const images = use.extent?.images;
        if (images === undefined) {
          objects.store.readBackAll(surface);
        } else {
          objects.store.readBackWhole(surface, subresourceIn(values, images, surface.layout));
        }
      }
    }
  };
  const resume: Execute<N> = (objects, fields) => {
    const { left } = objects.budget;
    try {
      readBack(objects, fields);
    } catch (error) {
      if (!(error instanceof CommandWait)) {
        throw error;
      }
      objects.budget.refund(left);
      // Not restarted: the renderer would write again, and would have to be waited for again.
      throw new CommandWait(error.answer, () => resume(objects, fields));
    }
  };
  return (objects, fields) => {
    execute(objects, fields);
    resume(objects, fields);
  };
}
