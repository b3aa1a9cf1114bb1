import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examples, installedPackages, tableKeys } from './readme.js';
import { readTarball } from './tarball.js';
import { User, type Project } from './user.js';
import { closure, libraries, programs, published, type Manifest } from './workspace.js';

let user: User;

beforeAll(() => {
  user = new User();
}, 120_000);

afterAll(() => user?.leave(), 120_000);

describe.each([...published])('%s, packed', (name) => {
  it('contains its bundle, recordings, README, LICENSE, package.json and nothing else', () => {
    const paths = [...readTarball(user.tarball(name)).keys()];
    expect(paths).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE']));
    expect(paths.some((path) => path.startsWith('dist/'))).toBe(true);
    const belongs = /^(?:(?:dist|golden|programs)\/.+|(?:README|CHANGELOG)\.md|LICENSE|package\.json)$/;
    expect(paths.filter((path) => !belongs.test(path))).toEqual([]);
    expect(paths.filter((path) => /\.(?:test|fixture)\./.test(path))).toEqual([]);
  });

  it('declares the versions of the workspace packages that it needs', () => {
    const packed = Buffer.from(readTarball(user.tarball(name)).get('package.json') ?? []).toString('utf8');
    expect(packed).not.toContain('workspace:');
    const { dependencies = {} } = JSON.parse(packed) as Manifest;
    const neighbours = Object.keys(dependencies).filter((dependency) => dependency.startsWith('@cg/'));
    expect([...closure(name)]).toEqual(expect.arrayContaining(neighbours));
  });
});

describe.each(libraries)('%s, installed in a new project', (_name, { readme }) => {
  it("runs its README's examples", () => {
    const project = user.install(...installedPackages(readme));
    for (const { code, prints } of examples(readme, 'js')) {
      expect(project.runModule(code)).toBe(prints);
    }
  });
});

describe.each(programs)('%s, installed in a new project', (name, { manifest, readme }) => {
  const [program] = Object.keys(manifest.bin ?? {});
  let project: Project;

  beforeAll(() => {
    project = user.install(name);
  }, 120_000);

  it('has a help that begins with its name', () => {
    expect(project.runProgram(program, ['--help']).split(' ', 2)).toEqual(['Usage:', program]);
  });

  it.runIf(name === '@cg/cli')('prints the output in its README', () => {
    // Examples that need no file of the user.
    const runnable = examples(readme, 'sh').filter(({ code }) => !/\.(raw|bin)\b/.test(code));
    expect(runnable.length).toBeGreaterThan(1);
    for (const { code, prints } of runnable) {
      const [npx, called, ...args] = code.trim().split(' ');
      expect([npx, called]).toEqual(['npx', program]);
      expect(project.runProgram(program, args)).toBe(prints);
    }
  });

  it.runIf(name === '@cg/cli')('replays the bundled trace', () => {
    expect(project.runProgram('cg', ['replay'])).toMatch(/^idle-desktop: .*wrong bytes +0,/s);
  });

  it.runIf(name === '@cg/cli')(
    'replays without a wrong byte, and its README has every field of the JSON',
    () => {
      const json = project.runProgram('cg', ['replay', '--json', 'traces/idle-desktop.cgtrace.gz']);
      const { replays } = JSON.parse(json) as { replays: Record<string, unknown>[] };
      expect(replays).toMatchObject([{ trace: 'traces/idle-desktop.cgtrace.gz', wrongBytes: 0 }]);
      expect(tableKeys(readme, 'field')).toEqual(Object.keys(replays[0]));
    },
  );

  it.runIf(name === '@cg/cli')('finds the program of @cg/guest and starts it', () => {
    expect(project.runProgram('cg', ['guest', '--help'])).toMatch(/^Usage: cg guest /);
  });

  it.runIf(name === '@cg/guest')('has each option of its help in its README', () => {
    const help = project.runProgram(program, ['--help']);
    const options = [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z0-9-]+)/gm)].map(([, option]) => option);
    expect(options.length).toBeGreaterThan(20);
    const inTable = new Set(tableKeys(readme, 'option').flatMap((key) => key.match(/--[a-z0-9-]+/g) ?? []));
    expect(options.filter((option) => option !== '--help' && !inTable.has(option))).toEqual([]);
  });
});
