/** The names of a table by the opcodes of their rows. */
export function byOpcode<Name extends string>(
  table: Readonly<Record<Name, { readonly opcode: number }>>,
): (Name | undefined)[] {
  const names: (Name | undefined)[] = [];
  for (const name of Object.keys(table) as Name[]) {
    names[table[name].opcode] = name;
  }
  return names;
}
