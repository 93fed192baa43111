/** Reads the rows of the tracked table from the primary by REST: the reference for staleness, and for what was committed. */
import type { Clock } from '../clock.ts';
import { EnvironmentError, UsageError } from '../errors.ts';
import type { TrackedTable } from '../port/backend.ts';
import type { Key, KeyValue, ObservedProgress } from '../port/subject.ts';
import { TEST_TARGET_TABLE } from '../port/test-target.ts';
import { keyColumns, keyRow, rowProgress } from '../tracked-values.ts';
import { exchange } from './http-exchange.ts';
import { reasonOf } from './watched-app.ts';

export interface ReferenceOptions {
  /** URL of the primary's API, without a trailing slash. */
  url: string;
  key: string;
  tracked: TrackedTable;
  clock: Clock;
}

type Row = Readonly<Record<string, unknown>>;

interface Limits {
  limitMs: number;
  signal: AbortSignal;
}

export class ReferenceApi {
  readonly #options: ReferenceOptions;

  constructor(options: ReferenceOptions) {
    this.#options = options;
  }

  /**
   * The row of a key as it is committed; `undefined` if there is none.
   * @throws Error if the primary does not answer, or not with rows
   */
  async read(key: Key, limits: Limits): Promise<ObservedProgress | undefined> {
    const { tracked } = this.#options;
    const { progress, generation, status } = tracked;
    const columns = [...keyColumns(tracked), progress, generation, status].filter((name) => name !== undefined);
    const filters = Object.entries(keyRow(key, tracked)).map(([column, value]) => [column, `eq.${String(value)}`]);
    const [row] = await this.#rows([['select', columns.join(',')], ...filters, ['limit', '1']], limits);
    return row === undefined ? undefined : rowProgress(row, tracked);
  }

  /**
   * The keys of the newest rows.
   * @param by the column that tells which ones are the newest
   * @throws Error if the primary does not answer, or not with rows
   */
  async newest({ count, by }: { count: number; by: string }, limits: Limits): Promise<Key[]> {
    const { tracked } = this.#options;
    const columns = keyColumns(tracked);
    const asked = [
      ['select', columns.join(',')],
      ['order', `${by}.desc`],
      ['limit', String(count)],
    ];
    const rows = await this.#rows(asked, limits);
    return rows.map((row) => keyIn(row, tracked));
  }

  /**
   * Whether the target is marked as one for tests.
   * @throws EnvironmentError if it does not answer, UsageError if it refuses the key
   */
  async isMarked(limits: Limits): Promise<boolean> {
    const { status } = await this.#get(`${TEST_TARGET_TABLE}?limit=1`, limits).catch((error: unknown) => {
      const hint = 'check the URL, and that the project is running';
      throw new EnvironmentError(
        'remote-unreachable',
        `the target at RATCHET_REMOTE_URL cannot be reached: ${reasonOf(error)}`,
        hint,
      );
    });
    if (status === 401 || status === 403) {
      throw new UsageError(
        'remote-key-refused',
        `the target at RATCHET_REMOTE_URL refuses the key: HTTP ${status}`,
        'check the key',
      );
    }
    return status >= 200 && status < 300;
  }

  async #rows(query: readonly (readonly string[])[], limits: Limits): Promise<Row[]> {
    const asked = query.map(([name = '', value = '']) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
    const { status, text } = await this.#get(
      `${encodeURIComponent(this.#options.tracked.table)}?${asked.join('&')}`,
      limits,
    );
    if (status !== 200) throw new Error(`HTTP ${status}`);
    const rows: unknown = JSON.parse(text);
    if (!Array.isArray(rows)) throw new Error('the answer is not a list of rows');
    return rows as Row[];
  }

  async #get(path: string, { limitMs, signal }: Limits): Promise<{ status: number; text: string }> {
    const { url, key, clock } = this.#options;
    const headers = { apikey: key, ...(key.startsWith('sb_') ? {} : { authorization: `Bearer ${key}` }) };
    // A redirect is not followed: the key must not be sent to another host.
    return exchange({ url: new URL(`${url}/rest/v1/${path}`), headers, clock, limitMs, signal });
  }
}

function keyIn(row: Row, tracked: TrackedTable): Key {
  const values = keyColumns(tracked).map((column) => [column, row[column] as KeyValue] as const);
  const [first] = values;
  return typeof tracked.key === 'string' && first !== undefined ? first[1] : Object.fromEntries(values);
}
