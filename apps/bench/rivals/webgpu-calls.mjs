/** Calls of WebGPU, taken down as a program makes them, and made again from that list. */

const isGpuObject = (value) =>
  value?.constructor?.name?.startsWith('GPU') === true && !(value instanceof Error);
/** Methods whose result the program waits for. */
const ANSWERS = new Set(['mapAsync', 'onSubmittedWorkDone', 'popErrorScope']);

/**
 * A device like `device` that takes its calls down in `calls`. Objects are numbers there: those that the list makes, and
 * those that are there before.
 */
export function takingDown(device) {
  const numbers = new Map();
  const originals = new WeakMap();
  const wrapped = new WeakMap();
  const list = { objects: [], calls: [], isOn: false };

  const numberOf = (object) => {
    let number = numbers.get(object);
    if (number === undefined) {
      number = list.objects.push(object) - 1;
      numbers.set(object, number);
    }
    return number;
  };

  /** An argument as WebGPU takes it. */
  const plain = (value) => {
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const original = originals.get(value);
    if (original !== undefined) {
      return original;
    }
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
      return value;
    }
    return Array.isArray(value)
      ? value.map(plain)
      : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
  };

  /** The same to keep: bytes are copied. */
  const kept = (value) => {
    if (ArrayBuffer.isView(value)) {
      return value.slice();
    }
    if (typeof value !== 'object' || value === null || isGpuObject(value)) {
      return value;
    }
    return Array.isArray(value)
      ? value.map(kept)
      : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, kept(each)]));
  };

  const wrap = (object) => {
    let proxy = wrapped.get(object);
    if (proxy === undefined) {
      proxy = new Proxy(object, {
        get: (target, key) => {
          const value = Reflect.get(target, key, target);
          if (typeof value === 'function') {
            return (...args) => call(target, key, args);
          }
          return isGpuObject(value) && key === 'queue' ? wrap(value) : value;
        },
      });
      wrapped.set(object, proxy);
      originals.set(proxy, object);
    }
    return proxy;
  };

  const call = (target, key, args) => {
    const given = args.map(plain);
    const result = target[key](...given);
    const isMade = isGpuObject(result);
    if (list.isOn) {
      // The number of an object that is made here is its own: it is made anew each time.
      const made = isMade ? list.objects.push(undefined) - 1 : undefined;
      if (isMade) {
        numbers.set(result, made);
      }
      const entry = { target: numberOf(target), key, args: kept(given), made };
      list.calls.push(entry);
      if (key === 'getMappedRange') {
        entry.expected = new Uint8Array(result).slice();
      }
      if (ANSWERS.has(key)) {
        result.then(() => list.isOn && list.calls.push({ waitsFor: entry }));
      }
    }
    return isMade ? wrap(result) : result;
  };

  return { device: wrap(device), list, numberOf: (object) => numbers.get(object) };
}

/** The places of objects in arguments, which differ each time. */
function patchesOf(args, isMade) {
  const patches = [];
  const look = (value) => {
    for (const key of Object.keys(value)) {
      const each = value[key];
      if (isGpuObject(each)) {
        const number = isMade(each);
        if (number !== undefined) {
          patches.push({ place: value, key, number });
        }
      } else if (typeof each === 'object' && each !== null && !ArrayBuffer.isView(each)) {
        look(each);
      }
    }
  };
  look(args);
  return patches;
}

/**
 * Makes the list ready: all that can be done in advance. @returns the program, which makes all calls and waits; it answers
 * with what it has read, and should have
 */
export function prepared({ list, numberOf }) {
  const objects = [...list.objects];
  const madeHere = new Set(list.calls.flatMap(({ made }) => (made === undefined ? [] : [made])));
  const isMade = (object) => {
    const number = numberOf(object);
    return madeHere.has(number) ? number : undefined;
  };
  const calls = list.calls.map((entry) => ({
    ...entry,
    patches: patchesOf(entry.args ?? [], isMade),
    entry,
  }));
  const answers = new Map();
  return async () => {
    const reads = [];
    for (const { target, key, args, made, patches, waitsFor, entry } of calls) {
      if (waitsFor !== undefined) {
        await answers.get(waitsFor);
        continue;
      }
      for (const { place, key: name, number } of patches) {
        place[name] = objects[number];
      }
      const result = objects[target][key](...args);
      if (made !== undefined) {
        objects[made] = result;
      } else if (ANSWERS.has(key)) {
        answers.set(entry, result);
      } else if (key === 'getMappedRange') {
        reads.push({ read: new Uint8Array(result).slice(), expected: entry.expected });
      }
    }
    return reads;
  };
}
