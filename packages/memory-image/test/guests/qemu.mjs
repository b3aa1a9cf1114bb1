/** Runs QEMU on a machine until it is where it should be, stops it, and asks its monitor. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const NOTHING = ['-nodefaults', '-vga', 'none', '-display', 'none', '-qmp', 'stdio'];
/** Milliseconds between two looks at whether the machine is ready. */
const LOOK = 100;

/**
 * What each of the monitor's commands printed, in their order.
 * A command is a line, or a line and the number of the CPU that it asks about.
 * @param machine QEMU's options: CPU, memory, firmware or kernel
 * @param isReady whether to stop the machine now; it is given `run`, which runs a command of the monitor
 */
export async function monitor(machine, isReady, commands) {
  const qemu = spawn('qemu-system-x86_64', [...machine, ...NOTHING], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => qemu.on('exit', resolve));
  const answers = createInterface({ input: qemu.stdout })[Symbol.asyncIterator]();
  const execute = async (command) => {
    qemu.stdin.write(`${JSON.stringify(command)}\n`);
    for (;;) {
      const { value, done } = await answers.next();
      if (done) {
        throw new Error('QEMU has ended');
      }
      const answer = JSON.parse(value);
      if ('return' in answer) {
        return answer.return;
      }
      if ('error' in answer) {
        throw new Error(answer.error.desc);
      }
    }
  };
  const run = async (line, cpu = 0) => {
    const asked = { 'command-line': line, 'cpu-index': cpu };
    return (await execute({ execute: 'human-monitor-command', arguments: asked })).replaceAll('\r', '');
  };
  try {
    await execute({ execute: 'qmp_capabilities' });
    while (!(await isReady(run))) {
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
    await run('stop');
    const printed = [];
    for (const command of commands) {
      printed.push(typeof command === 'string' ? await run(command) : await run(...command));
    }
    return printed;
  } finally {
    qemu.kill();
    await ended;
  }
}
