/** A place on a face of a cube: coordinates from 0 to 1. */
export interface FacePlace {
  face: number;
  u: number;
  v: number;
}

/** Of the faces +x, −x, +y, −y, +z, −z: the directions in which u, v and the face itself point. */
const faces = [
  { u: [0, 0, -1], v: [0, -1, 0], out: [1, 0, 0] },
  { u: [0, 0, 1], v: [0, -1, 0], out: [-1, 0, 0] },
  { u: [1, 0, 0], v: [0, 0, 1], out: [0, 1, 0] },
  { u: [1, 0, 0], v: [0, 0, -1], out: [0, -1, 0] },
  { u: [1, 0, 0], v: [0, -1, 0], out: [0, 0, 1] },
  { u: [-1, 0, 0], v: [0, -1, 0], out: [0, 0, -1] },
] as const;

type Direction = readonly [number, number, number];

function dot(a: readonly number[], b: readonly number[]): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** The face that a direction meets; of equal components z comes before y, and y before x. */
export function faceOf([x, y, z]: Direction): number {
  const [ax, ay, az] = [Math.abs(x), Math.abs(y), Math.abs(z)];
  if (az >= ax && az >= ay) {
    return z < 0 ? 5 : 4;
  }
  if (ay >= ax) {
    return y < 0 ? 3 : 2;
  }
  return x < 0 ? 1 : 0;
}

/** Where a direction meets the plane of a face. */
export function onFace(face: number, direction: Direction): FacePlace {
  const { u, v, out } = faces[face];
  const length = dot(out, direction);
  return {
    face,
    u: (dot(u, direction) / length + 1) / 2,
    v: (dot(v, direction) / length + 1) / 2,
  };
}

/** How the place on a face changes with a direction that changes. */
export function faceDerivative(
  face: number,
  direction: Direction,
  change: Direction,
): readonly [number, number] {
  const { u, v, out } = faces[face];
  const length = dot(out, direction);
  const growth = dot(out, change);
  const derive = (axis: readonly number[]) =>
    (dot(axis, change) * length - dot(axis, direction) * growth) / (2 * length * length);
  return [derive(u), derive(v)];
}

/** The texel beyond one edge of a face: that of the face that it borders on. */
export function acrossEdge(
  face: number,
  x: number,
  y: number,
  size: number,
): { face: number; x: number; y: number } {
  // A little beyond the edge, so that the neighbour is the face which is met.
  const beyond = 1 + 1 / (4 * size);
  const along = (texel: number) =>
    texel < 0 ? -beyond : texel >= size ? beyond : (2 * texel + 1) / size - 1;
  const { u, v, out } = faces[face];
  const [s, t] = [along(x), along(y)];
  const direction: Direction = [
    out[0] + s * u[0] + t * v[0],
    out[1] + s * u[1] + t * v[1],
    out[2] + s * u[2] + t * v[2],
  ];
  const neighbour = faceOf(direction);
  const place = onFace(neighbour, direction);
  const texel = (coordinate: number) => Math.min(Math.max(Math.floor(coordinate * size), 0), size - 1);
  return { face: neighbour, x: texel(place.u), y: texel(place.v) };
}
