import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { SourcePackage } from '../boot/apt-packages.js';

/** The names of a package's changelog: that of a package of Debian's own is without «Debian». */
const CHANGELOGS = ['changelog.Debian.gz', 'changelog.gz'];

/** The first line: «busybox (1:1.35.0-4) bookworm; urgency=high». */
const FIRST_LINE = /^(\S+) \(([^)]+)\) /;

/**
 * The source packages of an unpacked folder of packages, from their changelogs.
 * @param path of a file somewhere in the folder; a file of another kind of folder has none
 */
export function sourcePackages(path: string): SourcePackage[] {
  const folder = packagesAbove(dirname(path));
  const documents = folder === undefined ? undefined : join(folder, 'usr/share/doc');
  if (documents === undefined || !existsSync(documents)) {
    return [];
  }
  return readdirSync(documents)
    .toSorted()
    .flatMap((name) => {
      const changelog = CHANGELOGS.map((file) => join(documents, name, file)).find((file) =>
        existsSync(file),
      );
      const text = changelog === undefined ? '' : gunzipSync(readFileSync(changelog)).toString();
      const [, source, version] = FIRST_LINE.exec(text) ?? [];
      return source === undefined ? [] : [unsigned(source, version)];
    });
}

/** The kernel's package only adds signatures to what «linux» of the same version has built. */
function unsigned(name: string, version: string): SourcePackage {
  return name.startsWith('linux-signed-')
    ? { name: 'linux', version: version.replace('+', '-') }
    : { name, version };
}

/** The closest folder with a list of packages. */
function packagesAbove(folder: string): string | undefined {
  if (existsSync(join(folder, 'packages.json'))) {
    return folder;
  }
  return dirname(folder) === folder ? undefined : packagesAbove(dirname(folder));
}
