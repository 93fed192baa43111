/** The role and the other settings of the only session: a request sets those that differ from an earlier request. */
import { literal, type Statement } from './sql-text.ts';

export type Settings = Readonly<Record<string, string>>;

/** The settings of the owner of the tables. */
export const OWNER: Settings = { role: 'none' };

export class SessionSettings {
  readonly #known = new Map<string, string>();
  readonly #canChange: boolean;

  /** @param canChange whether something in the database may change settings for later transactions */
  constructor(canChange: boolean) {
    this.#canChange = canChange;
  }

  /** Those of the settings that must be set. */
  missing(settings: Settings): Settings {
    return Object.fromEntries(Object.entries(settings).filter(([name, value]) => this.#known.get(name) !== value));
  }

  /** Must be called after each transaction in which settings were set. */
  ended(set: Settings, isCommitted: boolean): void {
    for (const [name, value] of Object.entries(set)) {
      if (isCommitted) this.#known.set(name, value);
      else this.#known.delete(name);
    }
    if (this.#canChange) this.#known.clear();
  }
}

/** A statement that sets `settings` for the session if the transaction is committed; `undefined` if there is nothing to set. */
export function settingStatement(settings: Settings, isReadOnly: boolean): Statement | undefined {
  const names = Object.keys(settings);
  const calls = names.map((name, at) => `set_config(${literal(name)}, $${at + 1}, false)`);
  if (isReadOnly) calls.push(`set_config('transaction_read_only', 'on', true)`);
  return calls.length === 0 ? undefined : { text: `select ${calls.join(', ')}`, values: Object.values(settings) };
}
