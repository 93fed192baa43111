/**
 * The versions of tracked rows that a transaction has written, in order. A trigger calls a function of PostgreSQL's own,
 * which is replaced by one in JavaScript: a trigger in PL/pgSQL that stores them in a table takes as long as an update.
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
create trigger " ratchet" after insert or update on ${table} for each row execute function ratchet.capture();
alter table ${table} enable always trigger " ratchet"`;
}

export function capturedColumns({ key, generation, progress, status }: TrackedTable): string[] {
  return [...keyColumns({ key }), generation, progress, status].filter((column) => column !== undefined);
}

/** A version of a row: its columns as text, as a replication stream has them. */
export type CapturedRow = Readonly<Record<string, string | null>>;

interface Version {
  /** The transaction, or the subtransaction, that has written it. */
  transaction: number;
  row: CapturedRow;
}

/** Offsets in the structures of PostgreSQL, in bytes. */
const CALL_CONTEXT = 4;
const TRIGGER_RELATION = 8;
const TRIGGER_TUPLE = 12;
const TRIGGER_NEW_TUPLE = 16;
const RELATION_DESCRIPTOR = 52;
const TUPLE_HEADER = 16;
const BUILTIN_NAME = 8;
const BUILTIN_FUNCTION = 12;

export class CommitCapture {
  readonly #module: EngineModule;
  readonly #columns: readonly { name: string; pointer: number }[];
  #versions: Version[] = [];

  /** @throws Error if the function to replace is not where it is expected */
  constructor(module: EngineModule, columns: readonly string[]) {
    this.#module = module;
    this.#columns = columns.map((name) => ({ name, pointer: keptText(module, name) }));
    const capture = module.addFunction((call) => this.#capture(call), 'ii');
    memoryOf(module).setUint32(addressOfFunction(module), capture, true);
  }

  /** The versions that were committed since the last call. */
  committed(): CapturedRow[] {
    if (this.#versions.length === 0) return [];
    const written = this.#versions;
    this.#versions = [];
    return written.flatMap(({ transaction, row }) =>
      this.#module._TransactionIdDidCommit(transaction) === 0 ? [] : [row],
    );
  }

  forget(): void {
    this.#versions = [];
  }

  #capture(call: number): number {
    const memory = memoryOf(this.#module);
    const trigger = memory.getUint32(call + CALL_CONTEXT, true);
    if (trigger === 0) throw notSimulated(`the function ${REPLACED.name}`);
    const updated = memory.getUint32(trigger + TRIGGER_NEW_TUPLE, true);
    const tuple = updated === 0 ? memory.getUint32(trigger + TRIGGER_TUPLE, true) : updated;
    const relation = memory.getUint32(trigger + TRIGGER_RELATION, true);
    const descriptor = memory.getUint32(relation + RELATION_DESCRIPTOR, true);
    const transaction = memory.getUint32(memory.getUint32(tuple + TUPLE_HEADER, true), true);
    this.#versions.push({ transaction, row: this.#rowOf(tuple, descriptor) });
    return 0;
  }

  #rowOf(tuple: number, descriptor: number): CapturedRow {
    const module = this.#module;
    const row: Record<string, string | null> = {};
    for (const { name, pointer } of this.#columns) {
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
