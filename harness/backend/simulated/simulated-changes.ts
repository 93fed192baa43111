/** What Realtime reads of a simulation: the changes of published tables, passed on at their commit. */
import type { ChangeFeed, PublishedTable, RowChange, SlotState } from '../../port/stream.ts';
import { ChangeListeners } from '../change-listeners.ts';

export class SimulatedChanges implements ChangeFeed {
  readonly #tables: readonly PublishedTable[];
  readonly #listeners = new ChangeListeners();

  constructor(tables: readonly PublishedTable[]) {
    this.#tables = tables;
  }

  tables(): readonly PublishedTable[] {
    return this.#tables;
  }

  table(schema: string, name: string): PublishedTable | undefined {
    return this.#tables.find((table) => table.schema === schema && table.name === name);
  }

  readonly follow = this.#listeners.follow;

  /** Of a primary that is lost, or of the new one. */
  slot(state: SlotState): void {
    this.#listeners.slot(state);
  }

  delivered(): void {}

  /** @param published makes the changes, if somebody follows them */
  committed(published: () => readonly RowChange[], committedAtMs: number): void {
    if (this.#listeners.isEmpty) return;
    const changes = published();
    if (changes.length > 0) this.#listeners.pass({ committedAtMs, changes });
  }
}
