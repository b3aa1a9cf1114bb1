/** Calls of WebGPU, taken down as a program makes them, and made again from that list. */

const isGpuObject = (value) =>
  value?.constructor?.name?.startsWith('GPU') === true && !(value instanceof Error);
const isBytes = (value) => ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
/** Methods whose result the program waits for. */
const ANSWERS = new Set(['mapAsync', 'onSubmittedWorkDone', 'popErrorScope']);

/** Methods that bring what is in their first object to their second one. */
const MOVES = new Set(['copyBufferToBuffer', 'resolveQuerySet']);

/** A copy of an argument; `leaf` makes those of bytes and GPU objects. */
function copied(value, leaf) {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (isBytes(value) || isGpuObject(value)) {
    return leaf(value);
  }
  return Array.isArray(value)
    ? value.map((each) => copied(each, leaf))
    : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copied(each, leaf)]));
}

/**
 * Takes calls of a device down while `isOn`. Objects are numbers in the list: those that it makes are made anew each
 * time.
 */
export class CallList {
  isOn = false;
  calls = [];
  objects = [];
  #numbers = new Map();
  #originals = new WeakMap();
  #proxies = new WeakMap();
  /** Objects that hold times, which are others each time. */
  #times = new WeakSet();

  /** Something like the object, whose calls are taken down. */
  wrap(object) {
    let proxy = this.#proxies.get(object);
    if (proxy === undefined) {
      const get = (target, key) => {
        const value = Reflect.get(target, key, target);
        if (typeof value === 'function' && key !== 'constructor') {
          return (...args) => this.#call(target, key, args);
        }
        return key === 'queue' ? this.wrap(value) : value;
      };
      proxy = new Proxy(object, { get });
      this.#proxies.set(object, proxy);
      this.#originals.set(proxy, object);
    }
    return proxy;
  }

  #call(target, key, args) {
    const given = args.map((arg) => copied(arg, (leaf) => this.#originals.get(leaf) ?? leaf));
    const result = target[key](...given);
    if (key === 'createQuerySet' && given[0].type === 'timestamp') {
      this.#times.add(result);
    } else if (MOVES.has(key)) {
      const [source, destination] = given.filter(isGpuObject);
      if (this.#times.has(source)) {
        this.#times.add(destination);
      }
    }
    if (this.isOn) {
      this.#note(target, key, given, result);
    }
    return isGpuObject(result) ? this.wrap(result) : result;
  }

  #note(target, key, given, result) {
    const args = given.map((arg) => copied(arg, (leaf) => (ArrayBuffer.isView(leaf) ? leaf.slice() : leaf)));
    const call = { target: this.#numberOf(target), key, args };
    if (isGpuObject(result)) {
      call.made = this.objects.push(undefined) - 1;
      this.#numbers.set(result, call.made);
    }
    if (key === 'getMappedRange' && !this.#times.has(target)) {
      call.expected = new Uint8Array(result).slice();
    }
    this.calls.push(call);
    if (ANSWERS.has(key)) {
      result.then(() => this.isOn && this.calls.push({ waitsFor: call }));
    }
  }

  #numberOf(object) {
    let number = this.#numbers.get(object);
    if (number === undefined) {
      number = this.objects.push(object) - 1;
      this.#numbers.set(object, number);
    }
    return number;
  }

  /**
   * Does all that can be done in advance, and begins a new list. @returns the program, which makes all calls and waits;
   * it answers with what it has read, and should have
   */
  prepared() {
    const objects = [...this.objects];
    const made = new Set(this.calls.flatMap((call) => (call.made === undefined ? [] : [call.made])));
    const calls = this.calls.map((call) => ({ call, patches: this.#patchesOf(call.args ?? [], made) }));
    this.calls = [];
    const answers = new Map();
    return async () => {
      const reads = [];
      for (const { call, patches } of calls) {
        const { target, key, args, waitsFor } = call;
        if (waitsFor !== undefined) {
          await answers.get(waitsFor);
          continue;
        }
        for (const { place, name, number } of patches) {
          place[name] = objects[number];
        }
        const result = objects[target][key](...args);
        if (call.made !== undefined) {
          objects[call.made] = result;
        } else if (ANSWERS.has(key)) {
          answers.set(call, result);
        } else if (call.expected !== undefined) {
          reads.push({ read: new Uint8Array(result).slice(), expected: call.expected });
        }
      }
      return reads;
    };
  }

  /** Where arguments have objects that the list makes. */
  #patchesOf(value, made) {
    return Object.keys(value).flatMap((name) => {
      const each = value[name];
      if (isGpuObject(each)) {
        const number = this.#numbers.get(each);
        return made.has(number) ? [{ place: value, name, number }] : [];
      }
      return typeof each === 'object' && each !== null && !isBytes(each) ? this.#patchesOf(each, made) : [];
    });
  }
}
