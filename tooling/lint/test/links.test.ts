import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A document without its blocks of code, in which `](` is not a link. */
function prose(document: string): string {
  return readFileSync(join(root, document), 'utf8').replace(/^```[^]*?^```/gm, '');
}

it('every link from a document to a file of the repository leads somewhere', () => {
  const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n');
  const dead = documents.flatMap((document) =>
    [...prose(document).matchAll(/\]\(([^)#:]+)\)/g)]
      .map(([, target]) => target)
      .filter((target) => !existsSync(join(root, dirname(document), target)))
      .map((target) => `${document}: ${target}`),
  );
  expect(documents.length).toBeGreaterThan(5);
  expect(dead).toEqual([]);
});
