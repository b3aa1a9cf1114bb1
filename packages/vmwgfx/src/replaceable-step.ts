/** Under which options carry replaced steps; no public type has it, and copies of the options keep it. */
const REPLACED = Symbol('replaced steps');

interface Replaced {
  readonly [REPLACED]?: ReadonlyMap<ReplaceableStep<unknown>, unknown>;
}

/**
 * A step of the driver, a class or a function, that a checker may replace in one driver to put a defect back in.
 * The module of the step owns it; `internal.ts` lists all. While no driver has another one, `in` costs a comparison.
 */
export class ReplaceableStep<Step> {
  readonly #own: Step;
  #byDriver: WeakMap<object, Step> | undefined;

  constructor(own: Step) {
    this.#own = own;
  }

  /** The step of the driver that has this state. */
  in(state: object): Step {
    return this.#byDriver?.get(state) ?? this.#own;
  }

  /** The step of a driver with these options. */
  of(options: object = {}): Step {
    const { [REPLACED]: replaced } = options as Replaced;
    return (replaced?.get(this) as Step | undefined) ?? this.#own;
  }

  /** The options of a driver that takes another step in place of this one. */
  replacedIn<Options extends object>(options: Options, by: Step): Options {
    const { [REPLACED]: replaced } = options as Replaced;
    return { ...options, [REPLACED]: new Map<unknown, unknown>([...(replaced ?? []), [this, by]]) };
  }

  /** Gives the driver that has this state the steps that its options ask for. */
  static install(options: object, state: object): void {
    const { [REPLACED]: replaced } = options as Replaced;
    replaced?.forEach((by, step) => {
      step.#byDriver ??= new WeakMap();
      step.#byDriver.set(state, by);
    });
  }
}
