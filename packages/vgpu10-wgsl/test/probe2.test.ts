import { readFileSync } from 'node:fs';
import { it } from 'vitest';
import { decodeShader, formatShader, inspectShader, type Program } from '@cg/vgpu10';
import { startShaders, compile } from './dawn/dawn-shaders.js';
import { translate, type PipelineKey } from '../src/index.js';
import { stageInterface } from '../src/stage/stage-interface.js';
it('probe', { timeout: 600000 }, async () => {
  const { processes } = await startShaders();
  const list = JSON.parse(readFileSync(process.env.CG_SHADERS!, 'utf8')) as string[];
  const programs = list.map((t) => {
    const b = Buffer.from(t, 'base64');
    return decodeShader(new Uint32Array(b.buffer.slice(b.byteOffset, b.byteOffset + b.length)));
  });
  const counts: Record<string, number> = {};
  let ratio = 0,
    worst = '',
    total = 0,
    totalDis = 0;
  const messages: Record<string, number> = {};
  for (const [i, program] of programs.entries()) {
    if (program.type === 'GEOMETRY') continue;
    try {
      const dims: Record<string, string> = {
        TEXTURE2D: '2d',
        TEXTURE1D: '2d',
        TEXTURE2DARRAY: '2d-array',
        TEXTURE1DARRAY: '2d-array',
        TEXTURE3D: '3d',
        TEXTURECUBE: 'cube',
        TEXTURECUBEARRAY: 'cube-array',
        TEXTURE2DMS: '2d',
      };
      const stage = program.type === 'VERTEX' ? 'vertex' : 'pixel';
      const I = stageInterface(stage, program);
      const compares = new Set(
        I.instructions
          .filter((x) => x.opcode.startsWith('SAMPLE_C'))
          .map((x) => x.sources[1].indices[0].offset),
      );
      const views = Object.fromEntries(
        [...I.resources].map(([slot, r]) => [
          slot,
          r.dimension === 'BUFFER'
            ? { dimension: 'buffer', format: 'R32G32B32A32_FLOAT' }
            : {
                dimension: dims[r.dimension],
                sampleType: compares.has(slot) ? 'depth' : 'float',
                samples: r.dimension.includes('MS') ? 4 : 1,
              },
        ]),
      ) as never;
      const key: PipelineKey = {
        topology: 'TRIANGLELIST',
        attributes: I.inputs.map(({ register }) => ({
          register,
          buffer: 0,
          format: 'R32G32B32A32_FLOAT',
          step: 'vertex' as const,
        })),
        [stage]: { views },
        targets: Array.from({ length: 8 }, () => ({ type: 'float' as const })),
        features: ['clip-distances', 'primitive-index'],
      };
      const vs = program.type === 'VERTEX' ? program : programs.find((p) => p.type === 'VERTEX')!;
      const t = translate({ vertex: vs, pixel: program.type === 'PIXEL' ? program : undefined }, key);
      const code = program.type === 'VERTEX' ? t.vertex.code : t.pixel!.code;
      const dis = formatShader(program);
      total += code.length;
      totalDis += dis.length;
      if (code.length / dis.length > ratio) {
        ratio = code.length / dis.length;
        worst = `${i}\n${dis}\n${code}`;
      }
      for (const dawn of processes.slice(0, 1))
        for (const m of (await compile(dawn, [code]))[0]) {
          const k = m.type + ' ' + m.message.slice(0, 100);
          if (!messages[k])
            console.log(
              i,
              m,
              code
                .split('\n')
                .slice(m.line - 2, m.line + 1)
                .join('\n'),
            );
          messages[k] = (messages[k] ?? 0) + 1;
        }
      counts.ok = (counts.ok ?? 0) + 1;
    } catch (e) {
      const k = (e as Error).message.slice(0, 80);
      counts[k] = (counts[k] ?? 0) + 1;
      if (!(e as { code?: string }).code) console.log((e as Error).stack);
    }
  }
  console.log(counts, messages, 'worst', ratio, 'all', total / totalDis);
  console.log(worst);
  processes.forEach((p) => p.kill());
});
