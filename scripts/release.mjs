import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run, runQuietly, toStandardError } from './setup.mjs';

const usage = `Usage: npm run release -- --dry-run | --publish

  --dry-run   in a copy of the last commit: version the packages from the changesets, build, pack, and
              check each tarball. Publishes nothing, changes nothing here
  --publish   publish the versions that \`changeset version\` made on main; needs an npm login

Exit codes: 0 success, 1 a check failed, 2 bad arguments.`;

function fail(what) {
  console.error(`cg: ${what}`);
  process.exit(1);
}

/** The packages that are published, of a checkout. */
function published(checkout) {
  return ['packages', 'apps']
    .flatMap((wing) => readdirSync(join(checkout, wing)).map((name) => join(checkout, wing, name)))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, ...JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
    .filter((manifest) => manifest.private !== true);
}

function dryRun() {
  const copy = mkdtempSync(join(tmpdir(), 'cg-release-'));
  // A step that fails ends the process.
  process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
  const inCopy = (command, args) => run(command, args, { cwd: copy, ...toStandardError });
  runQuietly('git', ['clone', '--quiet', '--no-hardlinks', root, copy]);
  inCopy('npm', ['run', '--silent', 'build']);
  console.error('cg: versions and changelogs, from the changesets');
  inCopy('changeset', ['version']);
  inCopy('pnpm', ['install', '--lockfile-only']);
  const packages = published(copy);
  const unversioned = packages.filter(({ folder }) => !existsSync(join(folder, 'CHANGELOG.md')));
  if (unversioned.length > 0) {
    fail(`no changeset names ${unversioned.map(({ name }) => name).join(', ')}`);
  }
  console.error('cg: types, publint, attw; then each tarball, installed in a new project');
  inCopy('npm', ['run', '--silent', 'check']);
  for (const { name, version } of packages) {
    console.log(`${name} ${version}`);
  }
  console.error('cg: nothing was published');
}

function publish() {
  const changes = spawnSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }).stdout;
  const pending = readdirSync(join(root, '.changeset')).filter((name) => name.endsWith('.md'));
  if (changes !== '' || pending.length > 0) {
    fail(changes === '' ? `${pending.length} changesets are not versioned` : 'the tree has changes');
  }
  run('changeset', ['publish']);
}

/** `npm run release`. */
export function release([mode, ...rest]) {
  const task = { '--dry-run': dryRun, '--publish': publish }[mode];
  if (mode === '--help' || mode === '-h') {
    console.log(usage);
  } else if (task === undefined || rest.length > 0) {
    console.error(usage);
    process.exit(2);
  } else {
    task();
  }
}
