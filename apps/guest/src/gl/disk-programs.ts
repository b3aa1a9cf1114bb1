/** An OpenGL program of Debian's, on the disk with X. It draws on the screen. */
export interface DiskProgram {
  readonly name: string;
  readonly words: readonly string[];
  /** Frames after which it is ended; undefined for one that ends by itself. */
  readonly frames: number | undefined;
}

const DEFAULT_FRAMES = 60;

/** Programs that have the screen to themselves. */
export const screenPrograms: readonly DiskProgram[] = [
  { name: 'kmscube', words: ['/usr/bin/kmscube'], frames: DEFAULT_FRAMES },
  { name: 'glmark2', words: ['/usr/bin/glmark2-drm'], frames: undefined },
  { name: 'glmark2-es2', words: ['/usr/bin/glmark2-es2-drm'], frames: undefined },
];

/** Programs on the X server. */
export const xPrograms: readonly DiskProgram[] = [
  {
    name: 'glxgears',
    words: ['/usr/bin/glxgears.i386-linux-gnu', '-geometry', '400x400+80+80'],
    frames: DEFAULT_FRAMES,
  },
];

/** Of a program of the user's on the X server. */
export const userFrames = DEFAULT_FRAMES;
