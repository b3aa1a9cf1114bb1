import type {
  MachineStatement,
  Program,
  Statement,
  SubmittedCommand,
  SurfaceStatement,
} from './statement.js';

/** A program as text, one statement per line, which parses to the same program. */
export function printProgram(program: Program): string {
  return program.map((statement) => `${printStatement(statement)}\n`).join('');
}

/** One statement, as a line without its end. */
export function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'machine':
      return machineText(statement);
    case 'process':
      return `process ${statement.name}`;
    case 'buffer':
      return `buffer ${statement.name} ${statement.pages} ${statement.pages === 1 ? 'page' : 'pages'}`;
    case 'surface':
      return surfaceText(statement);
    case 'run':
      return `cpu ${statement.cpu} runs ${statement.process}`;
    case 'map':
      return `map ${statement.process} ${statement.name}${statement.as === undefined ? '' : ` ${statement.as}`}`;
    case 'move':
      return `move ${statement.process} ${statement.name}`;
    case 'unmap': {
      const { range } = statement;
      const part = range === undefined ? '' : ` +${range.offset} ${range.bytes}`;
      return `unmap ${statement.process} ${statement.name}${part}`;
    }
    case 'protect':
      return `protect ${statement.process} ${statement.name} ${statement.access}`;
    case 'fork':
      return `fork ${statement.process} ${statement.child}`;
    case 'exit':
      return `exit ${statement.process}`;
    case 'store':
    case 'load': {
      const { cpu, kind, name, offset, bytes, value } = statement;
      return `cpu ${cpu} ${kind} ${name} +${offset} ${bytes}${value === undefined ? '' : ` value ${value}`}`;
    }
    case 'submit':
      return `submit ${statement.commands.map(commandText).join(', ')}`;
    case 'evict':
    case 'destroy':
      return `${statement.kind} ${statement.name}`;
    case 'wait':
      return 'wait';
    case 'fail':
      return failText(statement);
    case 'at':
      return `at '${statement.point}' ${printStatement(statement.step)}`;
    case 'check':
      return statement.name === undefined ? 'check' : `check ${statement.name}`;
    case 'expect': {
      const relation = statement.relation === '=' ? '' : `${statement.relation} `;
      return `expect ${statement.counted} ${relation}${statement.value}`;
    }
  }
}

function machineText(statement: MachineStatement): string {
  const { cpus, method, memory, objects, graphics, delay } = statement;
  const flags = (['dx', 'shadow'] as const).filter((flag) => statement[flag] === true);
  const parts = Object.entries({ cpus, method, memory, objects, graphics, delay })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value}`);
  return ['machine', ...parts, ...flags].join(' ');
}

function surfaceText(statement: SurfaceStatement): string {
  const { name, format, width, height, depth, cube, plain, backing } = statement;
  const counts = (['mips', 'layers', 'samples'] as const)
    .filter((what) => statement[what] !== 1)
    .map((what) => `${what} ${statement[what]}`);
  return [
    `surface ${name} ${format} ${sizeText([width, height, depth])}`,
    ...counts,
    ...(cube ? ['cube'] : []),
    ...(plain ? ['plain'] : []),
    ...(backing === undefined ? [] : [`in ${backing.buffer} +${backing.offset}`]),
  ].join(' ');
}

/** Width and height, and the depth where there is one. */
function sizeText([width, height, depth]: readonly number[]): string {
  return depth === 1 ? `${width}x${height}` : `${width}x${height}x${depth}`;
}

function commandText(command: SubmittedCommand): string {
  if (command.kind === 'switch') {
    return `switch ${command.surface} ${command.buffer}`;
  }
  const copy = `copy ${command.from} -> ${command.to}`;
  if (command.part === undefined) {
    return copy;
  }
  const { subresource, box } = command.part;
  const corner = `${box.x}x${box.y}x${box.z}`;
  return `${copy} sub ${subresource} box ${corner} ${box.width}x${box.height}x${box.depth}`;
}

function failText({ point, after, times }: Extract<Statement, { kind: 'fail' }>): string {
  return [
    'fail',
    point,
    ...(after === 0 ? [] : ['after', after]),
    ...(times === 1 ? [] : ['times', times]),
  ].join(' ');
}
