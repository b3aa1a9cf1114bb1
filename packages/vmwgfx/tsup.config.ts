import { bundle } from '@cg/tsup-config';

export default bundle(['src/index.ts', 'src/ioctl.ts', 'src/internal.ts']);
