/**
 * Prints the results of a list's tests, on the device and on llvmpipe, a test a line, and their counts:
 *
 *   node piglit-table.mjs golden/piglit-quick.txt results.jsonl > ../../docs/piglit-quick-results.txt
 *
 * The results are those of `cg guest --piglit @LIST --reference host --results results.jsonl`.
 */
import { readFileSync } from 'node:fs';

const [list, results] = process.argv.slice(2).map((path) => readFileSync(path, 'utf8').split('\n'));
const tests = list.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
const records = new Map(
  results
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .map((record) => [record.name, record]),
);

const rows = tests.map((test) => {
  const { result = '-', reference = '-', referenceOn } = records.get(test) ?? {};
  return { test, result, reference, referenceOn };
});
const count = (holds) => rows.filter(holds).length;
const both = count(({ result, reference }) => reference === 'pass' && result === 'pass');
const reference = count((row) => row.reference === 'pass');
const referencesOn = (place) => count(({ referenceOn }) => referenceOn === place);
const percent = ((100 * both) / reference).toFixed(1);
const lines = [
  `# The device, llvmpipe, the test. - is one that has not run.`,
  `# ${tests.length} tests, ${count(({ result }) => result !== '-')} run on the device.`,
  `# ${referencesOn('guest')} run on llvmpipe in the same guest, ${referencesOn('host')} on llvmpipe on the host.`,
  `# llvmpipe passes ${reference}, of which the device passes ${both} (${percent} %).`,
  ...rows.map((row) => `${row.result.padEnd(8)}${row.reference.padEnd(8)}${row.test}`),
];
process.stdout.write(`${lines.join('\n')}\n`);
