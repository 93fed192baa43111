/** Values as SQL text, and statements whose values are sent beside their text. */

export function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A statement, and the values of its parameters `$1`, `$2`, … in text format. */
export interface Statement {
  text: string;
  values: readonly (string | null)[];
}

/**
 * The values of a statement. As parameters without a type they mean the same as literals without a type, and statements
 * that differ only in them have one plan.
 */
export class StatementValues {
  readonly values: string[] = [];

  /** Returns the parameter that stands for the value. */
  add(value: string): string {
    return `$${this.values.push(value)}`;
  }
}
