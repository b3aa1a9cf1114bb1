import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** The location of a golden file: the folder in CG_GOLDEN, otherwise `golden/` beside the suite. */
function goldenPath(name, suiteUrl) {
  const folder = process.env.CG_GOLDEN;
  return folder ? join(folder, name) : fileURLToPath(new URL(`./golden/${name}`, suiteUrl));
}

function text(name, suiteUrl) {
  const path = goldenPath(name, suiteUrl);
  if (!existsSync(path)) {
    throw new Error(`golden file ${path} does not exist`);
  }
  const bytes = readFileSync(path);
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/**
 * True if CG_GOLDEN names a folder without this file: the suite is skipped, with a message. A folder that does not
 * exist, or has no golden file at all, is an error.
 */
export function goldenAbsent(name) {
  const folder = process.env.CG_GOLDEN;
  if (!folder || existsSync(join(folder, name))) {
    return false;
  }
  if (!existsSync(folder) || !readdirSync(folder).some((file) => /\.(jsonl\.gz|csv)$/.test(file))) {
    throw new Error(`CG_GOLDEN: ${folder} is not a folder of golden files`);
  }
  process.stdout.write(`golden ${name}: skipped, not in ${folder}\n`);
  return true;
}

/** The rows of `name` (gzipped JSON lines). `suiteUrl` is the suite's import.meta.url. */
export function goldenRows(name, suiteUrl) {
  const rows = text(name, suiteUrl)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  if (rows.length === 0) {
    throw new Error(`golden file ${name} holds no row`);
  }
  return rows;
}

/** The rows of a CSV file with a header line and no quoted fields, as objects of strings. */
export function goldenCsv(name, suiteUrl) {
  const [header, ...lines] = text(name, suiteUrl).trim().split('\n');
  const columns = header.split(',');
  if (lines.length === 0) {
    throw new Error(`golden file ${name} holds no row`);
  }
  return lines.map((line) => Object.fromEntries(line.split(',').map((field, i) => [columns[i], field])));
}

/** Prints a line about a suite: counts are information, never asserted. */
export function reportGolden(name, counts) {
  const said = Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
  process.stdout.write(`golden ${name}: ${said}\n`);
}
