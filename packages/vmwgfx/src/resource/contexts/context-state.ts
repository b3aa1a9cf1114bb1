import type { DriverState } from '../../driver-state.js';
import type { Named, WeakRefHolder } from '../weak-refs.js';
import {
  emptySlot,
  groupOf,
  type SlotContent,
  type SlotFields,
  type SlotGroup,
  type Stage,
} from '@cg/svga-protocol';

/** The context that has the state. */
export interface StateOwner {
  readonly driver: DriverState;
  readonly id: number;
  /** Whether it is defined and bound on the device. */
  readonly isBound: boolean;
  readonly kind: 'legacy' | 'dx';
}

/** An object bound to a slot of a context's state; a weak reference. */
export class Binding implements WeakRefHolder {
  #sent = true;
  /** The device was sent an empty slot. */
  #emptied = false;
  /** The user's command that binds it, and perhaps the one that defines its target, is yet to be sent. */
  #awaited = true;

  constructor(
    readonly state: ContextState,
    readonly slot: number,
    readonly target: Named,
    readonly fields: SlotFields = {},
  ) {}

  get content(): SlotContent {
    const isAway = this.#emptied || this.#awaited;
    return isAway ? emptySlot() : { ...this.fields, id: this.target.stateId };
  }

  /** The user's command that binds it is being sent. */
  arrive(): void {
    this.#awaited = false;
  }

  /** The device has it in its slot, or will have once the user's command is done. */
  get sent(): boolean {
    return this.#sent;
  }

  set sent(sent: boolean) {
    this.#sent = sent;
    this.#emptied &&= !sent;
  }

  leftDevice(): void {
    this.#sent = false;
    if (!this.#emptied && this.state.at(this.slot) === this) {
      this.#emptied = true;
      this.state.empty(this.slot);
    }
  }

  destroyed(): void {
    this.leftDevice();
    if (this.state.at(this.slot) === this) {
      this.state.set(this.slot, undefined);
    }
  }
}

/**
 * The slots of a context: the kernel's binding manager. An object that the device loses, or must forget, is unbound
 * from its slots at once, and bound again when a draw needs it.
 */
export class ContextState {
  readonly #bindings = new Map<number, Binding>();
  /** Slots in which the device may have objects that no longer exist. */
  readonly #stale = new Set<number>();

  constructor(readonly owner: StateOwner) {}

  at(slot: number): Binding | undefined {
    return this.#bindings.get(slot);
  }

  /** Binds an object to a slot, or nothing. */
  set(slot: number, binding: Binding | undefined): void {
    if (binding === undefined) {
      this.#bindings.delete(slot);
    } else {
      this.#bindings.set(slot, binding);
    }
  }

  /** The bindings that a draw, or a dispatch, uses. */
  *inUse(stage: Stage): Generator<[Binding, SlotGroup]> {
    for (const binding of this.#bindings.values()) {
      const group = groupOf(binding.slot);
      if (group.stage === stage) {
        yield [binding, group];
      }
    }
  }

  /** Unbinds a slot on the device at once if the context is bound, else later. */
  empty(slot: number): void {
    if (this.owner.isBound) {
      this.noFailSender(slot)();
    } else {
      this.#stale.add(slot);
    }
  }

  /** The device refused a command that set a slot. */
  refused(slot: number): void {
    const binding = this.at(slot);
    if (binding === undefined) {
      this.#stale.add(slot);
    } else {
      binding.sent = false;
    }
  }

  /** The device lost the state: everything has to be sent again. */
  lost(): void {
    this.#bindings.forEach((binding) => {
      binding.sent = false;
    });
  }

  /** Empties all slots. */
  clear(): void {
    this.#bindings.forEach((binding) => binding.target.namedBy.remove(binding));
    this.#bindings.clear();
    this.#stale.clear();
  }

  /**
   * Makes a function that sends a slot, or the group that is set with it, with its content at the time of the call.
   * @returns the function; throws as `CommandSubmitter.emit`
   */
  sender(slot: number): () => void {
    const { owner } = this;
    const group = groupOf(slot);
    const bindings = this.#setTogether(slot);
    return () => {
      const refused = (): void => mark(bindings, false);
      mark(bindings, true);
      try {
        const { name, fields } = this.#command(slot, bindings);
        owner.driver.queue.emit(name, fields, refused, this.#dxContext);
      } catch (error) {
        refused();
        throw error;
      }
      this.#forgetStale(group, slot);
    };
  }

  /** As `sender`, for a function that cannot fail. */
  noFailSender(slot: number): () => void {
    const bindings = this.#setTogether(slot);
    return () => {
      const { name, fields } = this.#command(slot, bindings);
      this.owner.driver.queue.emitNoFail(name, fields, this.#dxContext);
    };
  }

  /** Empties the slots in which the device may have destroyed objects. The context is bound. */
  settleStale(): void {
    for (const slot of this.#stale) {
      this.noFailSender(slot)();
    }
    this.#stale.clear();
  }

  get #dxContext(): number | undefined {
    return this.owner.kind === 'dx' ? this.owner.id : undefined;
  }

  /** The slots that one command sets together with a slot, by index in the group. */
  #setTogether(slot: number): ReadonlyMap<number, Binding> {
    const { first, count, whole } = groupOf(slot);
    const found = new Map<number, Binding>();
    for (let at = whole ? first : slot; at < (whole ? first + count : slot + 1); at++) {
      const binding = this.at(at);
      if (binding !== undefined) {
        found.set(at - first, binding);
      }
    }
    return found;
  }

  #command(slot: number, bindings: ReadonlyMap<number, Binding>): ReturnType<SlotGroup['command']> {
    const group = groupOf(slot);
    const contentOf = (index: number): SlotContent => bindings.get(index)?.content ?? emptySlot();
    return group.command(slot - group.first, contentOf, this.owner.id);
  }

  #forgetStale({ first, count, whole }: SlotGroup, slot: number): void {
    for (let at = whole ? first : slot; at < (whole ? first + count : slot + 1); at++) {
      this.#stale.delete(at);
    }
  }
}

function mark(bindings: ReadonlyMap<number, Binding>, sent: boolean): void {
  bindings.forEach((binding) => {
    binding.sent = sent;
  });
}
