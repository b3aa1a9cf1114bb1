import { attachSvgaScreen } from '@cg/v86';
import { V86 } from 'v86';

const [canvas, vga] = ['screen', 'vga'].map((id) => document.getElementById(id));
const emulator = new V86({
  wasm_path: 'v86.wasm',
  bios: { url: 'seabios.bin' },
  vga_bios: { url: 'vgabios.bin' },
  bzimage: { url: 'bzimage' },
  initrd: { url: 'initrd' },
  screen: { container: vga },
  autostart: false,
});
await new Promise((resolve) => emulator.add_listener('emulator-ready', resolve));
const screen = attachSvgaScreen(emulator, canvas, { vga });
screen.requestSize(1024, 768);
await emulator.run();
