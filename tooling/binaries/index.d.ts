/** The text of a module that exports a binary in base64. @param comment of the constant `name` */
export function base64Module(comment: string, name: string, binary: Uint8Array): string;
