/** OpenGL, OpenGL ES, EGL, GLX and GBM by Mesa; apt adds what these need. */
const MESA = ['libgl1-mesa-dri', 'libegl1', 'libegl-mesa0', 'libgbm1', 'libgl1', 'libgles2', 'libopengl0'];

/** What a disk has. */
export interface DiskContent {
  readonly name: 'mesa' | 'piglit' | 'x' | 'x-vmware';
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

/** An X server with a window manager and a terminal. xkbcomp is started by a shell, and xterm starts one. */
const X_DESKTOP = [
  ...words('xserver-xorg-core xserver-xorg-input-evdev x11-xserver-utils twm xterm'),
  ...words('dash bash coreutils procps ncurses-base fonts-dejavu-core'),
];

/** udev does not run; the others install packages, or are for xrdb, which is not used. */
const NOT_FOR_X = [
  ...words('udev kmod keyboard-configuration adduser debconf dpkg tar perl-base menu'),
  ...words('cpp cpp-12 libisl23 libmpc3 libmpfr6 iso-codes libssl3 libdb5.3'),
];

/** X with OpenGL clients, and OpenGL programs that have the screen alone. */
export const X_DISK: DiskContent = {
  name: 'x',
  title: 'Mesa and X',
  packages: [...MESA, ...X_DESKTOP, ...words('mesa-utils-bin kmscube glmark2-drm glmark2-es2-drm')],
  without: NOT_FOR_X,
};

/** X with Debian's own driver for the device, which programs it without the kernel's where that is not loaded. */
export const X_VMWARE_DISK: DiskContent = {
  name: 'x-vmware',
  title: "X and VMware's driver for it",
  packages: [...MESA, ...X_DESKTOP, 'xserver-xorg-video-vmware'],
  without: NOT_FOR_X,
};

function words(text: string): string[] {
  return text.split(' ');
}
