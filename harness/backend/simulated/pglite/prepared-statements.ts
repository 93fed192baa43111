/** The statements that an engine has prepared: for each role its own, since the policies of a role are part of a plan. */
import type { Statement } from './sql-text.ts';

/** A statement as it was first run. */
export interface PreparedStatement extends Statement {
  name: string;
  role: string;
}

export class PreparedStatements {
  readonly #roles = new Map<string, Map<string, PreparedStatement>>();
  #count: number;

  constructor(statements: Iterable<PreparedStatement> = [], count = 0) {
    for (const statement of statements) this.#of(statement.role).set(statement.text, statement);
    this.#count = count;
  }

  nameOf(text: string, role: string): string | undefined {
    return this.#roles.get(role)?.get(text)?.name;
  }

  /** Returns a name that no statement has had. */
  add(statement: Statement, role: string): string {
    const name = String(++this.#count);
    this.#of(role).set(statement.text, { ...statement, name, role });
    return name;
  }

  remove(text: string, role: string): void {
    this.#roles.get(role)?.delete(text);
  }

  /** In the order in which they were prepared, by role. */
  all(): PreparedStatement[] {
    return [...this.#roles.values()].flatMap((statements) => [...statements.values()]);
  }

  copy(): PreparedStatements {
    return new PreparedStatements(this.all(), this.#count);
  }

  #of(role: string): Map<string, PreparedStatement> {
    let statements = this.#roles.get(role);
    if (statements === undefined) this.#roles.set(role, (statements = new Map()));
    return statements;
  }
}
