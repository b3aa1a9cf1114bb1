import pc from 'picocolors';

/**
 * Colours for standard output: on a terminal only, and not under NO_COLOR. picocolors alone would colour
 * wherever the environment has CI, and takes an undefined «enabled» for its own judgement.
 */
export const colors = pc.createColors(pc.isColorSupported && Boolean(process.stdout.isTTY));
