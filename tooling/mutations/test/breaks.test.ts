import { expect, it } from 'vitest';
import { breaks } from '../breaks.mjs';
import { brokenSource } from '../bundle.mjs';

// `npm run soak mutations` shows what finds it.
it.each(breaks)('«$name» fits its source', (broken) => {
  expect(brokenSource(broken)).toContain(broken.to);
});
