// A capture tool: lists what a stream of device commands uploads, by surface. `cg decode` prints such a stream.
import { boxOf, CommandWriter, decodeCommands, formatCommand } from '@cg/svga-protocol';
import { boxRows, formatByName, rowsBytes, SurfaceLayout } from '@cg/surface-layout';

// Captured bytes of a guest's command buffer, generated here in place of a file.
const writer = new CommandWriter();
const size = { width: 64, height: 64, depth: 1 };
const surface = { surfaceFlags: 0, numMipLevels: 1, multisampleCount: 0, autogenFilter: 0, ...size };
writer.write('DEFINE_GB_SURFACE', { sid: 1, format: formatByName('A8R8G8B8').id, ...surface });
writer.write('DEFINE_GB_SURFACE', { sid: 2, format: formatByName('DXT1').id, ...surface });
writer.write('UPDATE_GB_SURFACE', { sid: 1 });
writer.write('UPDATE_GB_IMAGE', { sid: 2, face: 0, mipmap: 0, x: 0, y: 8, z: 0, w: 64, h: 4, d: 1 });
writer.write('UPDATE_GB_IMAGE', { sid: 2, face: 0, mipmap: 0, x: 32, y: 32, z: 0, w: 8, h: 8, d: 1 });
const captured = writer.bytes;

const layouts = new Map();
const uploaded = new Map();

function count(sid, bytes) {
  uploaded.set(sid, (uploaded.get(sid) ?? 0) + bytes);
}

for (const command of decodeCommands(captured)) {
  console.log(formatCommand(command));
  const { name, fields } = command;
  if (name === 'DEFINE_GB_SURFACE') {
    const { sid, format, numMipLevels: mipLevels, width, height, depth } = fields;
    layouts.set(sid, new SurfaceLayout({ format, mipLevels, width, height, depth, layers: 1, samples: 1 }));
  } else if (name === 'UPDATE_GB_SURFACE') {
    count(fields.sid, layouts.get(fields.sid).bytes);
  } else if (name === 'UPDATE_GB_IMAGE') {
    count(fields.sid, rowsBytes(boxRows(layouts.get(fields.sid), fields.mipmap, boxOf(fields))));
  }
}
for (const [sid, bytes] of uploaded) {
  console.log(`surface ${sid}: ${bytes} of ${layouts.get(sid).bytes} bytes uploaded`);
}
