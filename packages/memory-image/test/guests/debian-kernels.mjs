/** Prints where Debian's kernels are, as JSON: `{ amd64, pae }`, each a path or null. Fetches the 64-bit one by apt. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'cg');

function kernelIn(folder) {
  const boot = join(folder, 'boot');
  const name = existsSync(boot) && readdirSync(boot).find((file) => file.startsWith('vmlinuz-'));
  return name ? join(boot, name) : null;
}

/** The package that Debian's metapackage depends on, unpacked; null where apt cannot do it. */
function fetched(metapackage, folder) {
  const quiet = { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
  try {
    const [name] = /linux-image-\d\S+/.exec(execFileSync('apt-cache', ['depends', metapackage], quiet)) ?? [];
    execFileSync('apt-get', ['download', name], quiet);
    const file = readdirSync(folder).find((each) => each.endsWith('.deb'));
    execFileSync('dpkg-deb', ['-x', file, '.'], quiet);
  } catch {
    return null;
  }
  return kernelIn(folder);
}

const amd64 = join(cache, 'debian-amd64');
mkdirSync(amd64, { recursive: true });
console.log(
  JSON.stringify({
    amd64: kernelIn(amd64) ?? fetched('linux-image-amd64', amd64),
    // `cg guest` has fetched it, if it has run here.
    pae: kernelIn(join(cache, 'guest', 'debian-i386-686-pae')),
  }),
);
