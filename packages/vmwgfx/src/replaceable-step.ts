/** Key under which options carry replaced steps; it is in no public type, and copied options keep it. */
const REPLACED = Symbol('replaced steps');

interface Replaced {
  readonly [REPLACED]?: ReadonlyMap<ReplaceableStep<unknown>, unknown>;
}

/**
 * A step of the driver, a class or a function, that a checker may replace in one driver to reintroduce a defect. The
 * module of the step owns it; `internal.ts` lists all. While no driver replaces it, `in` costs one comparison.
 */
export class ReplaceableStep<Step> {
  readonly #own: Step;
  #byDriver: WeakMap<object, Step> | undefined;

  constructor(own: Step) {
    this.#own = own;
  }

  /** The step of the driver with this state. */
  in(state: object): Step {
    return this.#byDriver?.get(state) ?? this.#own;
  }

  /** The step of a driver with these options. */
  of(options: object = {}): Step {
    const { [REPLACED]: replaced } = options as Replaced;
    return (replaced?.get(this) as Step | undefined) ?? this.#own;
  }

  /** The options of a driver that replaces this step. */
  replacedIn<Options extends object>(options: Options, by: Step): Options {
    const { [REPLACED]: replaced } = options as Replaced;
    return { ...options, [REPLACED]: new Map<unknown, unknown>([...(replaced ?? []), [this, by]]) };
  }

  /** Installs the steps that the options replace into a driver's state. */
  static install(options: object, state: object): void {
    const { [REPLACED]: replaced } = options as Replaced;
    replaced?.forEach((by, step) => {
      step.#byDriver ??= new WeakMap();
      step.#byDriver.set(state, by);
    });
  }
}
