/** PostgreSQL's wire protocol, as far as one connection needs it: https://www.postgresql.org/docs/current/protocol.html */

/** The rows of one statement, in text format. */
export interface StatementResult {
  columns: readonly string[];
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

export function queryMessage(sql: string): Buffer {
  const length = Buffer.byteLength(sql);
  const message = Buffer.allocUnsafe(length + 6);
  message.write('Q', 0, 'latin1');
  message.writeInt32BE(length + 5, 1);
  message.write(sql, 5);
  message[length + 5] = 0;
  return message;
}

/** The answer to one query message: the results of its statements up to the error, if there is one. */
export interface QueryAnswer {
  results: StatementResult[];
  error: SqlError | undefined;
}

export function parseAnswer(bytes: Buffer): QueryAnswer {
  const answer: QueryAnswer = { results: [], error: undefined };
  let current: StatementResult = { columns: [], rows: [], command: '' };
  for (let at = 0; at < bytes.length;) {
    const kind = bytes.toString('latin1', at, at + 1);
    const end = at + 1 + bytes.readInt32BE(at + 1);
    const body = bytes.subarray(at + 5, end);
    at = end;
    if (kind === 'D') current.rows.push(parseRow(body));
    else if (kind === 'T') current.columns = parseColumns(body);
    else if (kind === 'C') {
      current.command = body.toString('utf8', 0, body.length - 1);
      answer.results.push(current);
      current = { columns: [], rows: [], command: '' };
    } else if (kind === 'E') answer.error ??= new SqlError(parseFields(body));
  }
  return answer;
}

function parseRow(body: Buffer): (string | null)[] {
  const row: (string | null)[] = [];
  for (let at = 2; at < body.length;) {
    const length = body.readInt32BE(at);
    at += 4;
    row.push(length < 0 ? null : body.toString('utf8', at, at + length));
    if (length > 0) at += length;
  }
  return row;
}

function parseColumns(body: Buffer): string[] {
  const names: string[] = [];
  for (let at = 2; at < body.length;) {
    const end = body.indexOf(0, at);
    names.push(body.toString('utf8', at, end));
    // Table, column, type, size, modifier and format.
    at = end + 19;
  }
  return names;
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
