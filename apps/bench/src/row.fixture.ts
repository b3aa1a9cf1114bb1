import type { Row } from './row.js';

/** A row whose sides are never opened. */
export function rowOf(name: string, rival = 'rival'): Row {
  const open = () => Promise.reject(new Error(`${name} was opened`));
  return { section: 'Section', name, unit: 'ns/thing', ours: 'ours', rival, open };
}
