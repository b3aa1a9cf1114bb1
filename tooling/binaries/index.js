/** Binaries that are in the repository as modules. */
const COLUMNS = 100;

export function base64Module(comment, name, binary) {
  const lines =
    Buffer.from(binary)
      .toString('base64')
      .match(new RegExp(`.{1,${COLUMNS}}`, 'g')) ?? [];
  return [
    `/** ${comment} */`,
    `export const ${name} = [`,
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}
