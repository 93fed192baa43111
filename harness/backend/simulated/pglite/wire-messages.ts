/** PostgreSQL's wire protocol, as far as one connection needs it: https://www.postgresql.org/docs/current/protocol.html */

/** The rows of one statement, in text format. */
export interface StatementResult {
  rows: (string | null)[][];
  /** As in `INSERT 0 1`. */
  command: string;
}

/** An error as PostgreSQL reports it. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly code: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  /** The character of the query at which the error is, from 1. */
  readonly position: number | undefined;

  constructor(fields: ReadonlyMap<string, string>) {
    super(fields.get('M') ?? 'unknown error');
    this.code = fields.get('C') ?? 'XX000';
    this.detail = fields.get('D');
    this.hint = fields.get('H');
    const position = fields.get('P');
    this.position = position === undefined ? undefined : Number(position);
  }
}

const FIRST_BYTES = 4 * 1024;

/** Collects messages to the server. */
export class MessageWriter {
  #bytes = Buffer.alloc(FIRST_BYTES);
  #length = 0;

  /** The messages since the last call; they are overwritten by later ones. */
  take(): Buffer {
    const bytes = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return bytes;
  }

  /** Runs statements, in one implicit transaction if there are several. */
  query(sql: string): void {
    const start = this.#begin('Q');
    this.#text(sql);
    this.#end(start);
  }

  /** Prepares a statement; the types of its parameters follow from their use. */
  parse(name: string, sql: string): void {
    const start = this.#begin('P');
    this.#text(name);
    this.#text(sql);
    this.#int16(0);
    this.#end(start);
  }

  /** Runs a prepared statement with values in text format. */
  execute(name: string, values: readonly (string | null)[]): void {
    const bind = this.#begin('B');
    this.#text('');
    this.#text(name);
    this.#int16(0);
    this.#int16(values.length);
    for (const value of values) this.#value(value);
    this.#int16(0);
    this.#end(bind);
    const execute = this.#begin('E');
    this.#text('');
    this.#int32(0);
    this.#end(execute);
  }

  /** Ends the implicit transaction: it is committed, unless there was an error. */
  sync(): void {
    this.#end(this.#begin('S'));
  }

  #begin(kind: string): number {
    this.#reserve(5);
    this.#bytes.write(kind, this.#length, 'latin1');
    this.#length += 5;
    return this.#length - 4;
  }

  #end(start: number): void {
    this.#bytes.writeInt32BE(this.#length - start, start);
  }

  #value(value: string | null): void {
    this.#reserve(4);
    const at = this.#length;
    this.#length += 4;
    if (value !== null) this.#characters(value);
    this.#bytes.writeInt32BE(value === null ? -1 : this.#length - at - 4, at);
  }

  #text(text: string): void {
    this.#characters(text);
    this.#reserve(1);
    this.#bytes[this.#length++] = 0;
  }

  /** A character of a string has at most three bytes. */
  #characters(text: string): void {
    this.#reserve(3 * text.length);
    this.#length += this.#bytes.write(text, this.#length);
  }

  #int16(value: number): void {
    this.#reserve(2);
    this.#length = this.#bytes.writeInt16BE(value, this.#length);
  }

  #int32(value: number): void {
    this.#reserve(4);
    this.#length = this.#bytes.writeInt32BE(value, this.#length);
  }

  #reserve(length: number): void {
    if (this.#length + length <= this.#bytes.length) return;
    const larger = Buffer.alloc(2 * (this.#length + length));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** The answer to messages: the results of the statements up to the error, if there is one. */
export interface QueryAnswer {
  results: StatementResult[];
  error: SqlError | undefined;
  /** Number of statements that were prepared. */
  prepared: number;
  notices: SqlError[];
}

export function parseAnswer(bytes: Buffer): QueryAnswer {
  const answer: QueryAnswer = { results: [], error: undefined, prepared: 0, notices: [] };
  let current: StatementResult = { rows: [], command: '' };
  for (let at = 0; at < bytes.length;) {
    const kind = bytes[at];
    const start = at + 5;
    const end = at + 1 + bytes.readInt32BE(at + 1);
    at = end;
    if (kind === ROW) current.rows.push(parseRow(bytes, start, end));
    else if (kind === COMPLETE) {
      current.command = bytes.toString('latin1', start, end - 1);
      answer.results.push(current);
      current = { rows: [], command: '' };
    } else if (kind === PREPARED) answer.prepared += 1;
    else if (kind === ERROR) answer.error ??= new SqlError(parseFields(bytes.subarray(start, end)));
    else if (kind === NOTICE) answer.notices.push(new SqlError(parseFields(bytes.subarray(start, end))));
  }
  return answer;
}

const [ROW, COMPLETE, PREPARED, ERROR, NOTICE] = Buffer.from('DC1EN', 'latin1');

function parseRow(bytes: Buffer, start: number, end: number): (string | null)[] {
  const row: (string | null)[] = [];
  for (let at = start + 2; at < end;) {
    const length = bytes.readInt32BE(at);
    at += 4;
    row.push(length < 0 ? null : bytes.toString('utf8', at, at + length));
    if (length > 0) at += length;
  }
  return row;
}

function parseFields(body: Buffer): Map<string, string> {
  const fields = new Map<string, string>();
  for (let at = 0; body[at] !== 0 && at < body.length;) {
    const end = body.indexOf(0, at);
    fields.set(body.toString('latin1', at, at + 1), body.toString('utf8', at + 1, end));
    at = end + 1;
  }
  return fields;
}
