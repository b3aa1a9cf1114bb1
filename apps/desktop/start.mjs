/** `npm run desktop`: makes the guest of the page once, and serves the page, or writes it to a folder. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build, createServer } from 'vite';
import { guestFolder } from './guest-server.mjs';

const HELP = `Usage: npm run desktop -- [options]

Linux in the browser, on the SVGA device. The guest is made once, of Debian's packages, and kept in
${guestFolder('')}.

  --x               with X: a window manager, xterm, glxgears (a disk of 400 MB)
  --build <folder>  write the page with the guest to a folder, for any web server
  --port <number>   of the server; 5173 if left out
  --refresh         make the guest anew
  -h, --help        print this help
`;

const configFile = join(import.meta.dirname, 'vite.config.ts');

function fail(message) {
  console.error(`cg: ${message}`);
  process.exit(2);
}

/** The program's own arguments. */
function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        build: { type: 'string' },
        port: { type: 'string' },
        x: { type: 'boolean' },
        refresh: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.port !== undefined && !/^\d{1,5}$/.test(values.port)) {
      fail(`--port ${values.port} is not a port`);
    }
    return values;
  } catch (error) {
    return fail(error.message);
  }
}

/** Another program makes it: no app imports another one. @returns its folder */
function makeGuest(x, refresh) {
  const guest = guestFolder(x ? 'x' : 'console');
  if (refresh || !existsSync(join(guest, 'guest.json'))) {
    const program = dirname(createRequire(import.meta.url).resolve('@cg/guest/package.json'));
    const options = [...(x ? ['--x'] : []), ...(refresh ? ['--refresh'] : [])];
    const args = [join(program, 'dist', 'main.js'), '--page', guest, ...options];
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
    if (status !== 0) {
      process.exit(status ?? 1);
    }
  }
  return guest;
}

const { build: target, port = '5173', x = false, refresh = false, help } = readOptions();
if (help) {
  process.stdout.write(HELP);
} else if (target !== undefined) {
  const outDir = resolve(process.env.INIT_CWD ?? '.', target);
  const guest = makeGuest(x, refresh);
  await build({ configFile, logLevel: 'error', build: { outDir, emptyOutDir: false } });
  cpSync(guest, join(outDir, 'guest'), { recursive: true });
  console.error(`cg: ${outDir} is ready for a web server; its page says which sources belong to it`);
} else {
  process.env.CG_DESKTOP_GUEST = makeGuest(x, refresh);
  const server = await createServer({ configFile, server: { port: Number(port) } });
  await server.listen();
  server.printUrls();
}
