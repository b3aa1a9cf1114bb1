import { bundle } from '@cg/tsup-config';

export default bundle(['src/index.ts', 'src/trace.ts', 'src/guest-cases.ts'], {
  platform: 'node',
});
