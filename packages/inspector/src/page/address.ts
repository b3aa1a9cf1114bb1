/** A place in a recording, as the URL's hash has it: `#step=12&event=3456&surface=surface&pixel=10,20`. */
export interface Address {
  /** Its number. */
  readonly step?: number;
  /** Events that have happened; without one, all of the step's. */
  readonly event?: number;
  readonly surface?: string;
  readonly pixel?: { readonly x: number; readonly y: number };
}

function whole(text: string | null | undefined): number | undefined {
  return text !== null && text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** Reads a hash; what is not understood is left out. */
export function readAddress(hash: string): Address {
  const values = new URLSearchParams(hash.replace(/^#/, ''));
  const step = whole(values.get('step'));
  const event = whole(values.get('event'));
  const surface = values.get('surface');
  const [x, y] = (values.get('pixel') ?? '').split(',').map((text) => whole(text));
  return {
    ...(step !== undefined && { step }),
    ...(event !== undefined && { event }),
    ...(surface !== null && { surface }),
    ...(x !== undefined && y !== undefined && { pixel: { x, y } }),
  };
}

export function writeAddress({ step, event, surface, pixel }: Address): string {
  const values = new URLSearchParams();
  if (step !== undefined) {
    values.set('step', String(step));
  }
  if (event !== undefined) {
    values.set('event', String(event));
  }
  if (surface !== undefined) {
    values.set('surface', surface);
  }
  const at = pixel === undefined ? '' : `&pixel=${pixel.x},${pixel.y}`;
  return `#${values.toString()}${at}`;
}
