import { project } from '@cg/vitest-config';
import { defineConfig } from 'vitest/config';

export default defineConfig(project('packaging', 'tooling/packaging', { testTimeout: 240_000 }));
