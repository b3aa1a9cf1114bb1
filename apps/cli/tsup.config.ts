import { bundle } from '@cg/tsup-config';
import { copyFile } from 'node:fs/promises';

export default bundle(['src/main.ts', 'src/litmus/worker.ts'], {
  platform: 'node',
  // The default trace of `cg replay`.
  onSuccess: () => copyFile('../../traces/idle-desktop.cgtrace.gz', 'dist/idle-desktop.cgtrace.gz'),
});
