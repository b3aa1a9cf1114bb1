import type { Fences } from './fences.js';
import type { Interrupts } from './interrupts.js';
import type { LiveRegister } from './register-file.js';
import { SVGA_REG } from '@cg/svga-protocol';

/** The registers of interrupts and fences. */
export function interruptRegisters(interrupts: Interrupts, fences: Fences): [number, LiveRegister][] {
  const mask: LiveRegister = {
    read: () => interrupts.mask,
    write: (value) => {
      interrupts.mask = value;
    },
  };
  const status: LiveRegister = {
    read: () => interrupts.status,
    write: (flags) => interrupts.acknowledge(flags),
  };
  const goal: LiveRegister = {
    read: () => fences.goal,
    write: (value) => {
      fences.goal = value;
    },
  };
  return [
    [SVGA_REG.IRQMASK, mask],
    [SVGA_REG.IRQ_STATUS, status],
    [SVGA_REG.FENCE, { read: () => fences.last }],
    [SVGA_REG.FENCE_GOAL, goal],
  ];
}
