/** Questions of our own to a server that may end and start again, or be followed by another at the same address. */
import type { Address } from './address.ts';
import { connectionOptions } from './connect.ts';
import { LeasePool } from './lease-pool.ts';
import postgres from 'postgres';

type Row = Record<string, unknown>;

/**
 * Speaks SQL like a client of postgres.js. That one may forget a question for ever, and be stuck, when its connection
 * breaks: this one rejects it, and asks the next on another connection.
 */
export interface ReconnectingClient {
  <Rows extends readonly object[] = Row[]>(strings: TemplateStringsArray, ...values: unknown[]): Promise<Rows>;
  unsafe<Rows extends readonly object[] = Row[]>(text: string, parameters?: readonly unknown[]): Promise<Rows>;
  end(): Promise<void>;
}

/** `max` is how many questions may be under way at once. */
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
