/** Which database served each poll: lines that the gateway writes while a load runs, joined with those of the tabs. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface PollService {
  served_by?: string;
  lsn?: string;
  attempts: number;
  exchanges?: readonly string[];
  /** How long its requests were in the gateway and the REST layer. */
  supabaseMs: number;
}

interface ServiceLine extends PollService {
  operation: string;
  /** Of the run, when the request was over. */
  endMs: number;
}

/** How much later a poll is written than its last request to Supabase is over. */
const LATER_MS = 20_000;

/** As one line, of which the last one of an operation holds. */
export function serviceLine(line: ServiceLine): string {
  return JSON.stringify(line);
}

/** Reads the lines once, in the order of time, about as far as the polls that are asked for. */
export class PollServices {
  readonly #lines: AsyncIterator<string> | undefined;
  readonly #known = new Map<string, ServiceLine>();
  #readUntilMs = Number.NEGATIVE_INFINITY;

  /** @param file none if the gateway is not part of the run */
  constructor(file: string | undefined) {
    this.#lines =
      file === undefined ? undefined : createInterface({ input: createReadStream(file) })[Symbol.asyncIterator]();
  }

  /** Removes what was known of an operation that ended at this time of the run. */
  async take(operation: string, endMs: number): Promise<PollService | undefined> {
    await this.#readUntil(endMs + LATER_MS);
    const line = this.#known.get(operation);
    if (line === undefined) return undefined;
    this.#known.delete(operation);
    const { operation: _, endMs: __, ...service } = line;
    return service;
  }

  async #readUntil(ms: number): Promise<void> {
    while (this.#lines !== undefined && this.#readUntilMs < ms) {
      const next = await this.#lines.next();
      if (next.done === true) {
        this.#readUntilMs = Number.POSITIVE_INFINITY;
        return;
      }
      const line = JSON.parse(next.value) as ServiceLine;
      const before = this.#known.get(line.operation);
      const supabaseMs = line.supabaseMs + (before?.supabaseMs ?? 0);
      this.#known.set(line.operation, merged(before, { ...line, supabaseMs }));
      this.#readUntilMs = Math.max(this.#readUntilMs, line.endMs);
    }
  }
}

function merged(before: ServiceLine | undefined, line: ServiceLine): ServiceLine {
  if (before === undefined) return line;
  const exchanges = [...(before.exchanges ?? []), ...(line.exchanges ?? [])];
  return { ...before, ...line, attempts: before.attempts + line.attempts, exchanges };
}
