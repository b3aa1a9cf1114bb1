import { bundle } from '@cg/tsup-config';

export default bundle(['src/main.ts', 'src/litmus/worker.ts'], { platform: 'node' });
