/**
 * What Realtime reads of the primary: the tables of `supabase_realtime` and the messages of `realtime.messages`, by a
 * temporary slot for logical decoding. When the primary is lost, a new slot starts at the end of the new one's log.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { lsnToBigInt, type Lsn } from '../../history/lsn.ts';
import type { ChangeFeed, PublishedTable } from '../../port/stream.ts';
import { ChangeListeners } from '../change-listeners.ts';
import { rowChange } from '../stream-values.ts';
import type { Address } from './address.ts';
import { PgOutputChanges, type LoggedTransaction } from './pgoutput-changes.ts';
import type { ReconnectingClient } from './reconnecting-client.ts';
import { ReplicationConnection } from './replication.ts';

const SLOT = 'ratchet_realtime';
const PUBLICATION = 'supabase_realtime';
const MESSAGES = 'ratchet_realtime_messages';
const RECONNECT_MS = 100;
const AGAIN_MS = 20;

export interface ServerChangesOptions {
  owner: ReconnectingClient;
  /** The primary of the moment. */
  address(): Address;
  /** The end of the log that is to be delivered. */
  flush(): Promise<Lsn>;
}

export async function followChanges(options: ServerChangesOptions): Promise<ServerChanges> {
  const changes = new ServerChanges(options);
  await changes.open();
  return changes;
}

export class ServerChanges implements ChangeFeed {
  readonly #options: ServerChangesOptions;
  readonly #listeners = new ChangeListeners();
  readonly #tables = new Map<string, PublishedTable>();
  #connection: ReplicationConnection | undefined;
  #delivered = 0n;
  #isClosed = false;
  #publications = '';

  constructor(options: ServerChangesOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    this.#publications = await publish(this.#options.owner);
    await this.#readTables();
    await this.#connect();
  }

  tables(): readonly PublishedTable[] {
    return [...this.#tables.values()];
  }

  table(schema: string, name: string): PublishedTable | undefined {
    const found = this.#tables.get(`${schema}.${name}`);
    // A table that has been published since is known at the next join.
    if (found === undefined) this.#readTables().catch(() => undefined);
    return found;
  }

  readonly follow = this.#listeners.follow;

  async delivered(): Promise<void> {
    const target = lsnToBigInt(await this.#options.flush());
    while (!this.#isClosed && this.#delivered < target) {
      this.#connection?.report(this.#delivered, true);
      await sleep(AGAIN_MS);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#connection?.close();
  }

  async #connect(): Promise<void> {
    if (this.#publications === '') return;
    const reader = new PgOutputChanges();
    let current: ReplicationConnection | undefined;
    const connection = await ReplicationConnection.open(this.#options.address(), {
      onMessage: (message) => {
        const transaction = reader.push(message);
        if (transaction !== undefined && transaction.changes.length > 0) this.#pass(transaction);
      },
      onDecoded: (position, replyRequested) => {
        if (position > this.#delivered) this.#delivered = position;
        if (replyRequested) this.#connection?.report(this.#delivered, false);
      },
      onClose: () => {
        if (current !== undefined && this.#connection === current) void this.#reconnect();
      },
    });
    await connection.decode(SLOT, this.#publications);
    this.#connection = current = connection;
    if (this.#isClosed) connection.close();
  }

  async #reconnect(): Promise<void> {
    this.#connection = undefined;
    if (this.#isClosed) return;
    this.#listeners.slot('lost');
    while (!this.#isClosed) {
      await sleep(RECONNECT_MS, undefined, { ref: false });
      try {
        await this.#connect();
        this.#listeners.slot('created');
        return;
      } catch {
        // The new primary is not up yet.
      }
    }
  }

  #pass({ committedAtMs, changes }: LoggedTransaction): void {
    const known = changes.flatMap((change) => {
      const table = this.#tables.get(`${change.schema}.${change.table}`);
      return table === undefined ? [] : [rowChange(table, change)];
    });
    this.#listeners.pass({ committedAtMs, changes: known });
  }

  async #readTables(): Promise<void> {
    const found = await this.#options.owner.unsafe<PublishedTable[]>(TABLES);
    this.#tables.clear();
    for (const table of found) this.#tables.set(`${table.schema}.${table.name}`, table);
  }
}

/** @returns the publications that exist, for the plugin */
async function publish(owner: ReconnectingClient): Promise<string> {
  const [found] = await owner.unsafe<{ published: boolean; messages: boolean; has: boolean }[]>(`
    select exists (select from pg_publication where pubname = '${PUBLICATION}') as published,
           to_regclass('realtime.messages') is not null as messages,
           exists (select from pg_publication where pubname = '${MESSAGES}') as has`);
  if (found?.messages === true && !found.has) {
    await owner.unsafe(`create publication ${MESSAGES} for table realtime.messages with (publish = 'insert')`);
  }
  return [...(found?.published === true ? [PUBLICATION] : []), ...(found?.messages === true ? [MESSAGES] : [])].join();
}

const TABLES = `
select n.nspname as schema, c.relname as name, c.relrowsecurity as "hasPolicies",
       (select json_agg(json_build_object('name', a.attname, 'type', t.typname) order by a.attnum)
        from pg_attribute a join pg_type t on t.oid = a.atttypid
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
       coalesce((select json_agg(a.attname order by array_position(i.indkey::int2[], a.attnum))
        from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey::int2[])
        where i.indrelid = c.oid and i.indisprimary), '[]') as "primaryKey"
from pg_publication_tables p
join pg_namespace n on n.nspname = p.schemaname
join pg_class c on c.relnamespace = n.oid and c.relname = p.tablename
where p.pubname in ('${PUBLICATION}', '${MESSAGES}')`;
