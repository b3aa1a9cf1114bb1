import type { CommandFields, CommandName } from '@cg/svga-device';

/**
 * What a command does to a surface: `write` leaves its newest content on the device, `settle` makes device and
 * backing alike, or the device's content worthless; `read` changes neither.
 */
export type SurfaceEffect = 'read' | 'write' | 'settle';

type HandleField<N extends CommandName> = keyof CommandFields<N> & string;

/** A surface that a command names in a field of it. */
interface SurfaceOperand<N extends CommandName = CommandName> {
  readonly field: HandleField<N>;
  readonly effect: SurfaceEffect;
}

/** What a user may send, and what the driver has to know of it. */
export interface CommandRule<N extends CommandName = CommandName> {
  /** The surfaces it names, in the order of its fields. */
  readonly surfaces: readonly SurfaceOperand<N>[];
  /** Fields with handles of buffer objects. */
  readonly buffers?: readonly HandleField<N>[];
  /** The surface in `sid` lies in the buffer object in `mobid` from then on; the driver does it in its own way. */
  readonly bindsBacking?: boolean;
}

type Rules = { readonly [N in CommandName]?: CommandRule<N> };

const rules: Rules = {
  SURFACE_COPY: {
    surfaces: [
      { field: 'srcSid', effect: 'read' },
      { field: 'destSid', effect: 'write' },
    ],
  },
  BIND_GB_SURFACE: { surfaces: [{ field: 'sid', effect: 'read' }], buffers: ['mobid'], bindsBacking: true },
};

/** The rule for a command; none where a user may not send it. */
export function ruleOf(name: CommandName): CommandRule | undefined {
  return (rules as Readonly<Partial<Record<CommandName, CommandRule>>>)[name];
}
