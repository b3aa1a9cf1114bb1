import pc from 'picocolors';

/**
 * Colours for standard output: on a terminal only, and not with NO_COLOR. picocolors by default also colours if the
 * environment has CI, or if «enabled» is undefined.
 */
export const colors = pc.createColors(pc.isColorSupported && Boolean(process.stdout.isTTY));
