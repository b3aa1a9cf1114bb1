import { bundle } from '@cg/tsup-config';

export default bundle(['src/main.ts'], { platform: 'node' });
