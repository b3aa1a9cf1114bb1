export const isSoak: boolean;
export const seedsTimeout: number;
export function seeds(count: number): Generator<number>;
