/** A runnable block of a README, and the block after it with its output. */
export interface Example {
  readonly code: string;
  readonly prints: string;
}

/** The examples in a language: a ```js or ```sh block, an empty line, a ```text block. */
export function examples(readme: string, language: 'js' | 'sh'): Example[] {
  const block = '((?:(?!```).*\\n)*)```';
  const pair = new RegExp(`^\`\`\`${language}\\n${block}\\n\\n\`\`\`text\\n${block}$`, 'gm');
  return [...readme.matchAll(pair)].map(([, code, prints]) => ({ code, prints }));
}

/** The packages of the README's install line. */
export function installedPackages(readme: string): string[] {
  const line = /^npm install((?: @cg\/[a-z0-9-]+)+)$/m.exec(readme);
  return line?.[1].trim().split(' ') ?? [];
}

/** The packages of this workspace that the code of a README's examples imports. */
export function importedPackages(readme: string): string[] {
  const imports = examples(readme, 'js').flatMap(({ code }) => [...code.matchAll(/'(@cg\/[a-z0-9-]+)/g)]);
  return [...new Set(imports.map(([, name]) => name))];
}

/** Links of a README to files of the repository, which are dead on a package's page. */
export function relativeLinks(readme: string): string[] {
  const prose = readme.replaceAll(/^```[^]*?^```$/gm, '');
  return [...prose.matchAll(/\]\((?!https?:|#)([^)]*)\)/g)].map(([, target]) => target);
}

/** The number of blocks in a language in a README, with or without output. */
export function countBlocks(readme: string, language: string): number {
  return readme.split('\n').filter((line) => line === `\`\`\`${language}`).length;
}

/** The first cells of the tables whose heads begin with `head`, without their backquotes. */
export function tableKeys(readme: string, head: string): string[] {
  const lines = readme.split('\n');
  return lines.flatMap((line, i) => (line.startsWith(`| ${head} |`) ? keysOf(lines.slice(i + 2)) : []));
}

function keysOf(rows: readonly string[]): string[] {
  const end = rows.findIndex((row) => !row.startsWith('|'));
  return rows.slice(0, end).map((row) => row.split(' | ')[0].replace(/^\| |`/g, ''));
}
