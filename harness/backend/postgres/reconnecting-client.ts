/** An SQL client that survives a restart of its server, or its replacement by another one at the same address. */
import type { Address } from './address.ts';
import { connectionOptions } from './connect.ts';
import { LeasePool } from './lease-pool.ts';
import postgres from 'postgres';

type Row = Record<string, unknown>;

/**
 * Has the interface of a postgres.js client. That may never settle a query, and hang, when its connection breaks; this
 * one rejects the query, and opens another connection for the next.
 */
export interface ReconnectingClient {
  <Rows extends readonly object[] = Row[]>(strings: TemplateStringsArray, ...values: unknown[]): Promise<Rows>;
  unsafe<Rows extends readonly object[] = Row[]>(text: string, parameters?: readonly unknown[]): Promise<Rows>;
  end(): Promise<void>;
}

/** `max`: the number of queries that may run at the same time. */
export function reconnectingClient(address: Address, max: number): ReconnectingClient {
  const pool = new LeasePool((onclose) => postgres({ ...connectionOptions(address, 1), onclose }), max);
  const unsafe = async (text: string, parameters: readonly unknown[] = []): Promise<unknown> => {
    const lease = await pool.reserve();
    try {
      return await lease.unsafe(text, parameters);
    } finally {
      lease.release();
    }
  };
  const template = (strings: TemplateStringsArray, ...values: unknown[]): Promise<unknown> =>
    unsafe(
      strings.reduce((text, part, index) => `${text}$${index}${part}`),
      values,
    );
  return Object.assign(template, { unsafe, end: () => pool.end() }) as ReconnectingClient;
}
