import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GuestError } from '../guest-error.js';

const execute = promisify(execFile);

/** A package that apt would install, by the name of its archive. */
export interface PackageArchive {
  readonly name: string;
  /** Name, version and architecture: «libdrm2_2.4.114-1+b1_i386.deb». */
  readonly archive: string;
  readonly bytes: number;
}

/** A source package of Debian's, of which a file of a guest was built. */
export interface SourcePackage {
  readonly name: string;
  readonly version: string;
}

/** A line of `apt-get --print-uris`: address, archive, bytes and hash. */
const URI_LINE = /^'\S+' ((\S+?)_\S+\.deb) (\d+)/;

/** Arguments from 0 on: the archive, the folder, and what to unpack. */
const UNPACK_PART = 'into="$1"; shift; dpkg-deb --fsys-tarfile "$0" | tar -x -C "$into" "$@"';

/** Folders that apt does not create itself. */
const APT_FOLDERS = ['state/lists/partial', 'cache/archives/partial', 'archives'];

/**
 * apt for another architecture, with lists and archives in a separate folder: the system is not changed, and root is
 * not needed. The mirrors are those of the system's /etc/apt.
 */
export class AptPackages {
  readonly #folder: string;
  readonly #instead: string;
  readonly #environment: NodeJS.ProcessEnv;

  /**
   * @param folder created if it does not exist
   * @param instead what a user without apt, or without its packages, can do
   */
  constructor(folder: string, architecture: string, instead: string) {
    this.#folder = folder;
    this.#instead = instead;
    for (const name of APT_FOLDERS) {
      mkdirSync(join(folder, name), { recursive: true });
    }
    const configuration = join(folder, 'apt.conf');
    writeFileSync(join(folder, 'state', 'status'), '');
    writeFileSync(
      configuration,
      [
        `APT::Architecture "${architecture}";`,
        `APT::Architectures { "${architecture}"; };`,
        'APT::Sandbox::User "root";',
        'Acquire::Languages "none";',
        `Dir::State "${join(folder, 'state')}";`,
        `Dir::State::status "${join(folder, 'state', 'status')}";`,
        `Dir::Cache "${join(folder, 'cache')}";`,
        '',
      ].join('\n'),
    );
    this.#environment = { ...process.env, APT_CONFIG: configuration, LC_ALL: 'C' };
  }

  /**
   * Fetches the package lists. A mirror that cannot be reached is not an error yet: another one may have the packages.
   * @throws GuestError if there is no apt
   */
  async update(): Promise<void> {
    try {
      await this.#run('apt-get', ['update']);
    } catch (error) {
      if (error instanceof GuestError) {
        throw error;
      }
    }
  }

  /**
   * The package that a meta package stands for: its first dependency.
   * @throws GuestError if no mirror has it
   */
  async dependencyOf(metaPackage: string): Promise<string> {
    const depends = await this.#run('apt-cache', ['depends', metaPackage]).catch(() => '');
    const [, name] = /Depends: (\S+)/.exec(depends) ?? [];
    if (name === undefined) {
      throw new GuestError(
        `apt finds no package ${metaPackage}`,
        `Debian has it up to release 12; ${this.#instead}`,
      );
    }
    return name;
  }

  /**
   * The packages that an installation of these would need, with all their dependencies.
   * @throws GuestError if no mirror has one of them
   */
  async archivesFor(names: readonly string[]): Promise<PackageArchive[]> {
    const install = ['-y', '-qq', '--no-install-recommends', '--print-uris', 'install'];
    let lines: string[];
    try {
      const printed = await this.#run('apt-get', ['-o', 'Debug::NoLocking=1', ...install, ...names]);
      lines = printed.split('\n');
    } catch (error) {
      throw error instanceof GuestError
        ? error
        : new GuestError(`apt finds no packages for ${names.join(', ')}: ${lastLine(error)}`, this.#instead);
    }
    return lines.flatMap((line) => {
      const [, archive, name, bytes] = URI_LINE.exec(line) ?? [];
      return archive === undefined ? [] : [{ name, archive, bytes: Number(bytes) }];
    });
  }

  /**
   * The source packages that packages are built of, each once, by name.
   * @throws GuestError if no mirror has one of them
   */
  async sourcesOf(names: readonly string[]): Promise<SourcePackage[]> {
    let printed: string;
    try {
      printed = await this.#run('apt-cache', ['show', '--no-all-versions', ...names]);
    } catch (error) {
      throw error instanceof GuestError
        ? error
        : new GuestError(`apt does not describe ${names.join(', ')}: ${lastLine(error)}`, this.#instead);
    }
    const sources = printed.split(/\n\n+/).flatMap(sourceOf);
    const distinct = new Map(sources.map((source) => [`${source.name} ${source.version}`, source]));
    return [...distinct.keys()].toSorted().flatMap((key) => distinct.get(key) ?? []);
  }

  /**
   * Downloads packages and unpacks them, all into one folder.
   * @param only files and folders in them, beginning with «./»; everything if left out
   * @throws GuestError where apt cannot download one, or dpkg-deb is missing
   */
  async unpack(names: readonly string[], into: string, only?: readonly string[]): Promise<void> {
    const archives = join(this.#folder, 'archives');
    rmSync(archives, { recursive: true, force: true });
    mkdirSync(archives);
    try {
      await this.#run('apt-get', ['download', ...names], archives);
    } catch (error) {
      throw error instanceof GuestError
        ? error
        : new GuestError(`apt cannot download ${names.join(', ')}: ${lastLine(error)}`, this.#instead);
    }
    mkdirSync(into, { recursive: true });
    for (const archive of readdirSync(archives)) {
      const path = join(archives, archive);
      await (only === undefined
        ? this.#run('dpkg-deb', ['-x', path, into])
        : this.#run('sh', ['-c', UNPACK_PART, path, into, ...only]));
    }
    rmSync(archives, { recursive: true, force: true });
  }

  async #run(program: string, args: readonly string[], cwd = this.#folder): Promise<string> {
    try {
      const { stdout } = await execute(program, args, { cwd, env: this.#environment, maxBuffer: 2 ** 24 });
      return stdout;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        throw new GuestError(`${program} is not installed`, `use a Debian system; ${this.#instead}`);
      }
      throw error;
    }
  }
}

/**
 * The source package that a package's description names: by default that of its own name, and of its own version. A
 * package that was only built again has another version than its source.
 */
function sourceOf(description: string): SourcePackage[] {
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}: (.+)$`, 'm').exec(description)?.[1];
  const [own, version] = [field('Package'), field('Version')];
  if (own === undefined || version === undefined) {
    return [];
  }
  const [, name = own, other = version] = /^(\S+)(?: \((.+)\))?$/.exec(field('Source') ?? own) ?? [];
  return [{ name, version: other }];
}

function lastLine(error: unknown): string {
  const { stderr = '', message } = error as { stderr?: string; message: string };
  const lines = stderr.split('\n').filter((line) => line.startsWith('E: '));
  return lines.at(-1)?.slice(3) ?? message.split('\n')[0];
}
