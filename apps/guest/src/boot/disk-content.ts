/** OpenGL, OpenGL ES, EGL, GLX and GBM by Mesa; apt adds what these need. */
const MESA = ['libgl1-mesa-dri', 'libegl1', 'libegl-mesa0', 'libgbm1', 'libgl1', 'libgles2', 'libopengl0'];

/** What a disk has. */
export interface DiskContent {
  readonly name: 'mesa' | 'piglit' | 'x';
  /** What it is called in messages. */
  readonly title: string;
  /** apt adds what these need. */
  readonly packages: readonly string[];
  /** Folders of a package's own that is taken without what it needs: those below its folder of libraries. */
  readonly part?: { readonly package: string; readonly folders: readonly string[] };
  /** Packages that the others name, and do not need to run. */
  readonly without?: readonly string[];
}

export const MESA_DISK: DiskContent = { name: 'mesa', title: 'Mesa', packages: MESA };

/** Where the guest's piglit has its programs, `bin/NAME`. */
export const PIGLIT_FOLDER = '/usr/lib/i386-linux-gnu/piglit';

/** Mesa with piglit, without the shaders that piglit generates: they are 1.9 GB. */
export const PIGLIT_DISK: DiskContent = {
  name: 'piglit',
  title: 'Mesa and piglit',
  packages: [...MESA, 'libwaffle-1-0', 'libxkbcommon0'],
  part: { package: 'piglit', folders: ['bin', 'lib', 'tests'] },
};

/** An X server with a window manager, a terminal and clients, and OpenGL programs that have the screen alone. */
export const X_DISK: DiskContent = {
  name: 'x',
  title: 'Mesa and X',
  packages: [
    ...MESA,
    ...words('xserver-xorg-core xserver-xorg-input-evdev x11-xserver-utils twm xterm mesa-utils-bin'),
    ...words('kmscube glmark2-drm glmark2-es2-drm'),
    // xkbcomp is started by a shell, and xterm starts one.
    ...words('dash bash coreutils procps ncurses-base fonts-dejavu-core'),
  ],
  // udev does not run; the others install packages, or are for xrdb, which is not used.
  without: [
    ...words('udev kmod keyboard-configuration adduser debconf dpkg tar perl-base menu'),
    ...words('cpp cpp-12 libisl23 libmpc3 libmpfr6 iso-codes libssl3 libdb5.3'),
  ],
};

function words(text: string): string[] {
  return text.split(' ');
}
