/**
 * The versions of rows that a transaction has written, in order. A trigger calls a function of PostgreSQL's own, which is
 * replaced by one in JavaScript: a trigger in PL/pgSQL that stores them in a table takes as long as an update.
 */
import type { TrackedTable } from '../../../port/backend.ts';
import { keyColumns } from '../../../tracked-values.ts';
import { notSimulated } from '../rest-error.ts';
import type { EngineModule } from './engine-module.ts';

/** Reads a type that has no values, so that no statement has a use for it. */
const REPLACED = { name: 'table_am_handler_in', oid: 267 };

export const CAPTURE_FUNCTION = `
create schema ratchet;
create function ratchet.capture() returns trigger language internal as '${REPLACED.name}'`;

/**
 * The name of the trigger sorts before others, since a later trigger may change the row once more. It also fires for what a
 * replica applies.
 */
export function captureTrigger(table: string): string {
  return `
create trigger " ratchet" after insert or update or delete on ${table} for each row execute function ratchet.capture();
alter table ${table} enable always trigger " ratchet"`;
}

export function capturedColumns({ key, generation, progress, status }: TrackedTable): string[] {
  return [...keyColumns({ key }), generation, progress, status].filter((column) => column !== undefined);
}

/** A version of a row: its columns as text, as a replication stream has them. */
export type CapturedRow = Readonly<Record<string, string | null>>;

export interface CapturedChange {
  /** The table's number in `pg_class`. */
  oid: number;
  type: 'INSERT' | 'UPDATE' | 'DELETE';
  /** The new version; `undefined` for `DELETE`. */
  row: CapturedRow | undefined;
  /** Of the version before: the columns that were asked for; `undefined` for `INSERT`. */
  old: CapturedRow | undefined;
}

export interface CapturedTable {
  oid: number;
  /** Of a new version. */
  columns: readonly string[];
  /** Of the version before. */
  oldColumns: readonly string[];
}

interface Written extends CapturedChange {
  /** The transaction, or the subtransaction, that has written it. */
  transaction: number;
}

type Columns = readonly { name: string; pointer: number }[];

/** Offsets in the structures of PostgreSQL, in bytes. */
const CALL_CONTEXT = 4;
const TRIGGER_EVENT = 4;
const TRIGGER_RELATION = 8;
const TRIGGER_TUPLE = 12;
const TRIGGER_NEW_TUPLE = 16;
const RELATION_DESCRIPTOR = 52;
const RELATION_OID = 56;
const BUILTIN_NAME = 8;
const BUILTIN_FUNCTION = 12;
/** The operations of an event. */
const OPERATIONS = ['INSERT', 'DELETE', 'UPDATE'] as const;
const OPERATION_MASK = 3;
const TRANSACTION_BITS = 32;

export class CommitCapture {
  readonly #module: EngineModule;
  readonly #tables = new Map<number, { columns: Columns; oldColumns: Columns }>();
  #written: Written[] = [];

  /** @throws Error if the function to replace is not where it is expected */
  constructor(module: EngineModule) {
    this.#module = module;
    const capture = module.addFunction((call) => this.#capture(call), 'ii');
    memoryOf(module).setUint32(addressOfFunction(module), capture, true);
  }

  /** Captures what the trigger of a table tells, from now on. */
  watch({ oid, columns, oldColumns }: CapturedTable): void {
    const kept = (names: readonly string[]): Columns =>
      names.map((name) => ({ name, pointer: keptText(this.#module, name) }));
    this.#tables.set(oid, { columns: kept(columns), oldColumns: kept(oldColumns) });
  }

  /** What was committed since the last call. */
  committed(): CapturedChange[] {
    if (this.#written.length === 0) return [];
    const written = this.#written;
    this.#written = [];
    return written.flatMap(({ transaction, ...change }) =>
      this.#module._TransactionIdDidCommit(transaction) === 0 ? [] : [change],
    );
  }

  forget(): void {
    this.#written = [];
  }

  #capture(call: number): number {
    const memory = memoryOf(this.#module);
    const trigger = memory.getUint32(call + CALL_CONTEXT, true);
    if (trigger === 0) throw notSimulated(`the function ${REPLACED.name}`);
    const type = OPERATIONS[memory.getUint32(trigger + TRIGGER_EVENT, true) & OPERATION_MASK];
    const relation = memory.getUint32(trigger + TRIGGER_RELATION, true);
    const oid = memory.getUint32(relation + RELATION_OID, true);
    const table = this.#tables.get(oid);
    if (table === undefined || type === undefined) throw notSimulated(`the trigger " ratchet" of another table`);
    const descriptor = memory.getUint32(relation + RELATION_DESCRIPTOR, true);
    const first = memory.getUint32(trigger + TRIGGER_TUPLE, true);
    const second = memory.getUint32(trigger + TRIGGER_NEW_TUPLE, true);
    const transaction = Number(BigInt.asUintN(TRANSACTION_BITS, this.#module._GetCurrentFullTransactionId()));
    this.#written.push({
      oid,
      type,
      row: type === 'DELETE' ? undefined : this.#rowOf(type === 'UPDATE' ? second : first, descriptor, table.columns),
      old: type === 'INSERT' ? undefined : this.#rowOf(first, descriptor, table.oldColumns),
      transaction,
    });
    return 0;
  }

  #rowOf(tuple: number, descriptor: number, columns: Columns): CapturedRow {
    const module = this.#module;
    const row: Record<string, string | null> = {};
    for (const { name, pointer } of columns) {
      const text = module._SPI_getvalue(tuple, descriptor, module._SPI_fnumber(descriptor, pointer));
      row[name] = text === 0 ? null : textAt(module, text);
      if (text !== 0) module._pfree(text);
    }
    return row;
  }
}

function keptText(module: EngineModule, text: string): number {
  const bytes = Buffer.from(`${text}\0`);
  const pointer = module._malloc(bytes.length);
  module.HEAPU8.set(bytes, pointer);
  return pointer;
}

function textAt({ HEAPU8 }: EngineModule, pointer: number): string {
  const end = HEAPU8.indexOf(0, pointer);
  return Buffer.from(HEAPU8.buffer, HEAPU8.byteOffset + pointer, end - pointer).toString();
}

/** Where the table of PostgreSQL's own functions has the one that is replaced. */
function addressOfFunction(module: EngineModule): number {
  const { HEAPU8 } = module;
  const bytes = Buffer.from(HEAPU8.buffer, HEAPU8.byteOffset, HEAPU8.byteLength);
  const oid = Buffer.alloc(4);
  oid.writeUInt32LE(REPLACED.oid);
  const name = bytes.indexOf(`${REPLACED.name}\0`);
  for (let at = bytes.indexOf(oid); at >= 0; at = bytes.indexOf(oid, at + 1)) {
    if (at % 4 === 0 && bytes.readUInt32LE(at + BUILTIN_NAME) === name) return at + BUILTIN_FUNCTION;
  }
  throw new Error(`the function ${REPLACED.name} was not found in PostgreSQL's table of functions`);
}

let view: DataView | undefined;

/** The memory is replaced when it grows. */
function memoryOf({ HEAPU8 }: EngineModule): DataView {
  if (view?.buffer !== HEAPU8.buffer) view = new DataView(HEAPU8.buffer);
  return view;
}
