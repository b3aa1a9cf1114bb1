// A PC emulator hosts the SVGA II device: guest memory, two I/O ports, an interrupt line, and a screen to draw.
// The guest here is a minimal driver.
import { SvgaDevice } from '@cg/svga-device';
import {
  CommandWriter,
  SVGA3D_MOBFMT,
  SVGA_CB_CONTEXT,
  SVGA_CB_HEADER_BYTES,
  SVGA_OTABLE,
  SVGA_PORT,
  SVGA_REG,
  writeCommandBufferHeader,
} from '@cg/svga-protocol';

const PAGE = 4096;
const WIDTH = 16;
const HEIGHT = 4;

// The host's side. In an emulator memory is the guest's RAM, and the ports are BAR0's.
const memory = new Uint8Array(16 * PAGE);
const device = new SvgaDevice({
  memory: { bytes: memory.length, view: (address, length) => memory.subarray(address, address + length) },
  setInterrupt() {},
});
device.events.listen((event) => {
  if (event.kind === 'screen-updated') {
    draw(event.screenTargetId, event.rect);
  }
});

/** A canvas would take the pixels with putImageData; here a letter stands for each. */
function draw(id, { x, y, w, h }) {
  const { pixels } = device.screenTarget(id);
  console.log(`screen ${id}, rectangle (${x}, ${y}) ${w} × ${h}:`);
  for (let row = 0; row < HEIGHT; row++) {
    const line = Array.from({ length: WIDTH }, (_, column) =>
      pixels[4 * (row * WIDTH + column)] > 127 ? '#' : '.',
    );
    console.log(`  ${line.join('')}`);
  }
}

// The guest's side.
function writeRegister(index, value) {
  device.writePort(SVGA_PORT.INDEX, index);
  device.writePort(SVGA_PORT.VALUE, value);
}

function submit(context, ...commands) {
  const writer = new CommandWriter();
  commands.forEach(([name, fields]) => writer.write(name, fields));
  memory.set(writer.bytes, SVGA_CB_HEADER_BYTES);
  writeCommandBufferHeader(memory, { length: writer.length, pa: SVGA_CB_HEADER_BYTES });
  writeRegister(SVGA_REG.COMMAND_HIGH, 0);
  writeRegister(SVGA_REG.COMMAND_LOW, context);
}

writeRegister(SVGA_REG.ENABLE, 1);
writeRegister(SVGA_REG.CONFIG_DONE, 1);
submit(SVGA_CB_CONTEXT.DEVICE, ['DC_CMD_START_STOP_CONTEXT', { enable: 1, context: 0 }]);

const table = { sizeInBytes: PAGE, validSizeInBytes: 0, ptDepth: SVGA3D_MOBFMT.PTDEPTH_0 };
const size = { width: WIDTH, height: HEIGHT };
submit(
  SVGA_CB_CONTEXT.CONTEXT_0,
  ['SET_OTABLE_BASE64', { ...table, type: SVGA_OTABLE.MOB, baseAddress: 2 }],
  ['SET_OTABLE_BASE64', { ...table, type: SVGA_OTABLE.SURFACE, baseAddress: 3 }],
  ['SET_OTABLE_BASE64', { ...table, type: SVGA_OTABLE.SCREENTARGET, baseAddress: 4 }],
  ['DEFINE_GB_MOB64', { mobid: 1, ptDepth: SVGA3D_MOBFMT.PTDEPTH_0, base: 5, sizeInBytes: PAGE }],
  [
    'DEFINE_GB_SURFACE',
    {
      sid: 7,
      surfaceFlags: 0,
      format: 1,
      numMipLevels: 1,
      multisampleCount: 0,
      autogenFilter: 0,
      ...size,
      depth: 1,
    },
  ],
  ['BIND_GB_SURFACE', { sid: 7, mobid: 1 }],
  ['DEFINE_GB_SCREENTARGET', { stid: 0, ...size, xRoot: 0, yRoot: 0, flags: 0, dpi: 0 }],
  ['BIND_GB_SCREENTARGET', { stid: 0, sid: 7, face: 0, mipmap: 0 }],
);

// The guest draws a line into its framebuffer, which is page 5, and shows it.
const framebuffer = new Uint32Array(memory.buffer, 5 * PAGE, WIDTH * HEIGHT);
for (let x = 0; x < WIDTH; x++) {
  framebuffer[Math.floor(x / 4) * WIDTH + x] = 0x00ff_ffff;
}
submit(
  SVGA_CB_CONTEXT.CONTEXT_0,
  ['UPDATE_GB_SURFACE', { sid: 7 }],
  ['UPDATE_GB_SCREENTARGET', { stid: 0, x: 0, y: 0, w: WIDTH, h: HEIGHT }],
);
console.log(device.lastError ?? 'no errors');
