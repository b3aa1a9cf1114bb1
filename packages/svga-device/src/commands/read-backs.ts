import { effectsOf, subresourceIn, takesPlace } from '@cg/svga-protocol';
import type { CommandFields, CommandName } from '@cg/svga-protocol';
import type { DeviceObjects } from '../objects/device-objects.js';

type Execute<N extends CommandName> = (objects: DeviceObjects, fields: CommandFields<N>) => void;

/** A command that, where its fields ask for it, gives the guest's memory what it has written. */
export function thenReadBack<N extends CommandName>(name: N, execute: Execute<N>): Execute<N> {
  const asked = effectsOf(name).references.flatMap(({ field = '', uses }) =>
    uses.filter(({ action }) => action === 'readBack').map((use) => ({ field, use })),
  );
  return (objects, fields) => {
    execute(objects, fields);
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
}
