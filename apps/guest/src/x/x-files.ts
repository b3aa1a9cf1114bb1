/** Drivers of X for the device, and what they need of the screen: by the kernel's driver, or by none. */
const DRIVERS = {
  modesetting: {
    device: `Driver "modesetting"
  Option "kmsdev" "/dev/dri/card0"
  Option "AccelMethod" "glamor"`,
    screen: '',
  },
  // In v86 the device is beside another VGA, which X would take for the first one. The driver's own default is a
  // screen of the device's largest size, which VRAM does not hold.
  vmware: {
    device: `Driver "vmware"
  BusID "PCI:0:15:0"`,
    screen: `
  SubSection "Display"
    Depth 24
    Modes "1280x800"
    Virtual 1280 800
  EndSubSection`,
  },
};

/**
 * The X server's configuration. There is no udev: keyboard, tablet (v86's absolute pointer, which the kernel has as
 * VMware's) and mouse have the names that the guest's init gives them.
 */
const xorgConf = (driver: keyof typeof DRIVERS): string => `Section "ServerFlags"
  Option "AutoAddDevices" "false"
  Option "AutoAddGPU" "false"
  Option "BlankTime" "0"
  Option "StandbyTime" "0"
  Option "SuspendTime" "0"
  Option "OffTime" "0"
EndSection
Section "InputDevice"
  Identifier "keyboard"
  Driver "evdev"
  Option "Device" "/dev/input/cg-keyboard"
  Option "XkbRules" "evdev"
  Option "XkbLayout" "us"
EndSection
Section "InputDevice"
  Identifier "tablet"
  Driver "evdev"
  Option "Device" "/dev/input/cg-tablet"
EndSection
Section "InputDevice"
  Identifier "mouse"
  Driver "evdev"
  Option "Device" "/dev/input/cg-mouse"
EndSection
Section "Device"
  Identifier "svga"
  ${DRIVERS[driver].device}
EndSection
Section "Monitor"
  Identifier "monitor"
  Option "DPMS" "false"
EndSection
Section "Screen"
  Identifier "screen"
  Device "svga"
  Monitor "monitor"
  DefaultDepth 24${DRIVERS[driver].screen}
EndSection
Section "ServerLayout"
  Identifier "cg"
  Screen "screen"
  InputDevice "keyboard" "CoreKeyboard"
  InputDevice "tablet" "CorePointer"
  InputDevice "mouse" "SendCoreEvents"
EndSection
`;

/** A window is placed without a click; its title moves it, its border resizes it. */
const TWMRC = `NoGrabServer
RandomPlacement
UsePPosition "on"
DecorateTransients
OpaqueMove
BorderWidth 2
TitleFont "fixed"
MenuFont "fixed"
IconFont "fixed"
ResizeFont "fixed"
IconManagerFont "fixed"
Color {
  BorderColor "#5c7080"
  TitleForeground "#ffffff"
  TitleBackground "#30404d"
  MenuForeground "#182026"
  MenuBackground "#ebf1f5"
  MenuTitleForeground "#ffffff"
  MenuTitleBackground "#30404d"
}
Function "move-or-raise" { f.move f.deltastop f.raise }
Button1 = : title : f.function "move-or-raise"
Button1 = : frame : f.resize
Button1 = : root : f.menu "programs"
Button3 = : root : f.menu "programs"
menu "programs" {
  "programs" f.title
  "xterm" !"xterm &"
  "glxgears" !"glxgears.i386-linux-gnu &"
  "restart" f.restart
}
`;

function filesFor(driver: keyof typeof DRIVERS): Readonly<Record<string, Uint8Array>> {
  return { 'xorg.conf': Buffer.from(xorgConf(driver)), twmrc: Buffer.from(TWMRC) };
}

/** Files for the disk's /tmp: X with the kernel's driver, and with VMware's for X alone. */
export const X_FILES = filesFor('modesetting');
export const X_VMWARE_FILES = filesFor('vmware');
