import { formatShader } from '@cg/vgpu10';
import type { DawnProcess } from '@cg/dawn';
import { afterAll, describe, expect, it } from 'vitest';
import { TranslateError, translate, type Translation } from '../src/index.js';
import { corpus, pipelinesOf } from './corpus-keys.js';
import { compile, makePipelines, startShaders, withData } from './dawn/dawn-shaders.js';

const { processes, missing } = await startShaders();
afterAll(() => processes.forEach((dawn) => dawn.kill()));

it('finds Dawn, and a driver for it', ({ skip }) => {
  if (missing.length > 0) {
    skip([...new Set(missing)].join('; '));
  }
  expect(processes).toHaveLength(2);
});

const programs = corpus();

/** The translations of a shader; keys that WebGPU cannot express for it are left out. */
function translations(
  one: (typeof programs)[number],
): { readonly translation: Translation; readonly targets: string[]; readonly isPlain: boolean }[] {
  const { shaders, keys } = pipelinesOf(one);
  return keys.flatMap((key, i) => {
    try {
      const targets = (key.targets ?? []).map((target) =>
        target === undefined
          ? ''
          : { float: 'rgba8unorm', sint: 'rgba8sint', uint: 'rgba8uint' }[target.type],
      );
      return [{ translation: translate(shaders, key), targets, isPlain: i === 0 }];
    } catch (error) {
      expect(error).toBeInstanceOf(TranslateError);
      expect((error as TranslateError).code, one.name).toBe('ENOTSUP');
      expect(i, `${one.name}: ${(error as Error).message}`).toBe(1);
      return [];
    }
  });
}

const all = programs.map((one) => ({ ...one, translations: translations(one) }));

it('the text is at most eight times as long as the disassembly, and the same each time', () => {
  const sizes = all.map(({ name, program, translations: [{ translation }] }) => {
    const code = program.type === 'PIXEL' ? translation.pixel!.code : translation.vertex.code;
    return {
      name,
      size: Buffer.byteLength(code) / Buffer.byteLength(formatShader(program)),
      stage: program.type,
    };
  });
  const worst = sizes.reduce((a, b) => (a.size > b.size ? a : b));
  process.stdout.write(
    `WGSL of ${sizes.length} shaders: at most ${worst.size.toFixed(1)} × the disassembly, ` +
      `${worst.stage} ${worst.name}\n`,
  );
  expect(worst.size).toBeLessThanOrEqual(8);
  expect(programs.map((one) => translations(one))).toEqual(all.map((one) => one.translations));
});

describe.each(processes)('Dawn on $adapter.name', (dawn: DawnProcess) => {
  it('compiles every shader without a warning', async () => {
    const modules = all.flatMap(({ name, translations }) =>
      translations.flatMap(({ translation: { vertex, pixel, streamOutput } }) =>
        [vertex, pixel, streamOutput].flatMap((module) =>
          module === undefined ? [] : [{ name, code: module.code }],
        ),
      ),
    );
    const messages = await compile(
      dawn,
      modules.map(({ code }) => code),
    );
    const said = messages.flatMap((list, i) =>
      list.map(
        ({ message, line }) => `${modules[i].name}: ${message}: ${modules[i].code.split('\n')[line - 1]}`,
      ),
    );
    expect(said.slice(0, 3)).toEqual([]);
    process.stdout.write(
      `Dawn (${dawn.adapter.name}): ${modules.length} modules of ${all.length} shaders compiled\n`,
    );
  }, 120_000);

  it('makes pipelines of them with the bindings that they name', async () => {
    const clip =
      dawn.adapter.features.includes('clip-distances') && dawn.adapter.features.includes('primitive-index');
    const pairs = all.flatMap(({ name, translations }) =>
      translations
        .filter(({ isPlain }) => !dawn.adapter.isReal && (isPlain || clip))
        .map(({ translation, targets }) => ({
          name,
          vertex: translation.vertex.code,
          pixel: translation.pixel?.code,
          bindings: withData(translation, () => ({})),
          targets: translation.pixel === undefined ? [] : usedTargets(translation.pixel.code, targets),
          topology: translation.geometry?.topology ?? 'triangle-list',
        })),
    );
    const errors = await makePipelines(dawn, pairs);
    expect(
      errors.flatMap((error, i) => (error === '' ? [] : [`${pairs[i].name}: ${error}`])).slice(0, 3),
    ).toEqual([]);
  }, 120_000);
});

/** The formats of targets that a pixel shader writes; the others have none. */
function usedTargets(code: string, targets: readonly string[]): (string | null)[] {
  return targets.map((format, i) => (format !== '' && code.includes(`@location(${i}) o`) ? format : null));
}
