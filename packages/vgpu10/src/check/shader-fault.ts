/** A rule that a shader breaks. */
export interface ShaderFault {
  /** The index of the statement's first token. */
  readonly at: number;
  readonly what: string;
}
