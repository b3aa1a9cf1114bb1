/**
 * The X server's configuration. There is no udev: keyboard, tablet (v86's absolute pointer, which the kernel has as
 * VMware's) and mouse have the names that the guest's init gives them.
 */
const XORG_CONF = `Section "ServerFlags"
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
  Driver "modesetting"
  Option "kmsdev" "/dev/dri/card0"
  Option "AccelMethod" "glamor"
EndSection
Section "Monitor"
  Identifier "monitor"
  Option "DPMS" "false"
EndSection
Section "Screen"
  Identifier "screen"
  Device "svga"
  Monitor "monitor"
  DefaultDepth 24
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

/** Files for the disk's /tmp. */
export const X_FILES: Readonly<Record<string, Uint8Array>> = {
  'xorg.conf': Buffer.from(XORG_CONF),
  twmrc: Buffer.from(TWMRC),
};
