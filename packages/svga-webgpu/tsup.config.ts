import { bundle } from '@cg/tsup-config';

export default bundle(['src/index.ts']);
