import { describe, expect, it } from 'vitest';
import { parseProgram, programOf } from '../program/parse-program.js';
import type { MachineStatement } from '../program/statement.js';
import { RunMachine, type WantedMachine } from './run-machine.js';
import { runProgram } from './run-program.js';

const program = programOf(
  parseProgram(`machine memory 3 method trap
process p
surface s A8R8G8B8 64x64
map p s
cpu 0 store s +0 16
check`),
);
const statement = program[0] as MachineStatement;
const wanted: WantedMachine = { statement, method: 'trap', configure: undefined };

/** What a run says of a machine that `act` has been done to. */
function runAfter(act: (machine: RunMachine) => void): { machine: RunMachine; kinds: string[] } {
  const machine = RunMachine.take(wanted);
  act(machine);
  machine.keep();
  return { machine, kinds: runProgram(program).findings.map(({ kind }) => kind) };
}

describe('RunMachine', () => {
  it('is used again after programs that close everything', () => {
    const { machine, kinds } = runAfter(() => {});
    expect(kinds).toEqual([]);
    const again = RunMachine.take(wanted);
    expect(again).toBe(machine);
    expect(again.machine.memory.preemption.isUsed).toBe(false);
    again.keep();
  });

  it('is not for programs that want another one', () => {
    const { machine } = runAfter(() => {});
    expect(RunMachine.take({ ...wanted, method: 'scan' })).not.toBe(machine);
    expect(RunMachine.take({ ...wanted, statement: { ...statement, objects: 9 } })).not.toBe(machine);
  });

  it.each([
    ['a frame', ({ machine }: RunMachine) => machine.memory.allocateFrame()],
    ['a buffer object', ({ machine }: RunMachine) => machine.driver.open().createBuffer(4096)],
    [
      'a failure that was counted',
      ({ faults }: RunMachine) => {
        faults.fail('id');
        faults.strikes('id');
      },
    ],
  ])('is not used again if %s is left', (_, act) => {
    const machine = RunMachine.take(wanted);
    act(machine);
    machine.keep();
    expect(RunMachine.take(wanted)).not.toBe(machine);
  });

  it('forgets the steps that still wait for a preemption point', () => {
    const { machine } = runAfter((used) => {
      used.machine.memory.preemption.at('zap: between entries and flush', () => {
        throw new Error('a step of another program');
      });
    });
    expect(machine.machine.memory.preemption.isPending).toBe(false);
  });
});

describe('a run on a used machine', () => {
  it('reports what only that machine has: an earlier program has left it', () => {
    const { kinds } = runAfter(({ machine }) => machine.driver.state.account.charge(1));
    expect(kinds).toEqual(['leak']);
    expect(runProgram(program).findings).toEqual([]);
  });
});
