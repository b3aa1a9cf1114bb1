export function sourceHash(program: 'gltest' | 'fork-server'): string;
