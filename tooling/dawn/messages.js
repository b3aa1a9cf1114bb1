/**
 * Messages between a test and a process that runs WebGPU. Node's own serialization is that of its V8, which others do
 * not read: as JSON, typed arrays and maps are objects with one property.
 */
const ARRAYS = {
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
};

export function pack(value) {
  if (value instanceof Map) {
    return { $Map: [...value].map(pack) };
  }
  if (ArrayBuffer.isView(value)) {
    const name = Object.keys(ARRAYS).find((each) => value instanceof ARRAYS[each]);
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return { [`$${name}`]: Buffer.from(bytes).toString('base64') };
  }
  if (Array.isArray(value)) {
    return value.map(pack);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, pack(each)]));
  }
  return value;
}

export function unpack(value) {
  if (Array.isArray(value)) {
    return value.map(unpack);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const [[key, content] = ['']] = Object.entries(value);
  if (key === '$Map') {
    return new Map(unpack(content));
  }
  if (key.startsWith('$') && key.slice(1) in ARRAYS) {
    return new ARRAYS[key.slice(1)](Uint8Array.from(Buffer.from(content, 'base64')).buffer);
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, unpack(each)]));
}
