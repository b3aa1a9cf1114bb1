import type { Scenario } from './bench.js';
import { boundScenarios } from './bounds.js';
import { bufferScenarios } from './buffers.js';
import { lifeScenarios } from './life.js';
import { memoryScenarios } from './memory.js';
import { partScenarios } from './parts.js';
import { primitiveScenarios } from './primitives.js';
import { resamplingScenarios } from './resampling.js';
import { sampleScenarios } from './samples.js';
import { screenScenarios } from './screens.js';
import { targetScenarios } from './targets.js';
import { texelScenarios } from './texels.js';

/** Tests that need a GPU, by what must hold. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  ...primitiveScenarios,
  ...texelScenarios,
  ...targetScenarios,
  ...resamplingScenarios,
  ...sampleScenarios,
  ...bufferScenarios,
  ...boundScenarios,
  ...partScenarios,
  ...screenScenarios,
  ...lifeScenarios,
  ...memoryScenarios,
};
