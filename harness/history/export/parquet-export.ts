import { ByteWriter, ParquetWriter, schemaFromColumnData, type ColumnSource } from 'hyparquet-writer';
import { BOOLEAN, FAULT, NONE, NOTHING, operationOf, SHAPE, TEXT, typeOf } from '../codes.ts';
import type { HistoryColumns } from '../columns.ts';
import { valueId } from '../order.ts';

const ROWS_PER_GROUP = 100_000;

/**
 * A Parquet file with one row per event, as docs/PARQUET.md describes it. Both events of an operation have its session, and
 * a completion without a value has that of its invoke.
 */
export function exportParquet(history: HistoryColumns): Uint8Array {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: schemaFromColumnData({ columnData: columnsOf(history, 0, 0) }),
    createdBy: 'ratchet',
  });
  for (let start = 0; start < history.length; start += ROWS_PER_GROUP) {
    const end = Math.min(start + ROWS_PER_GROUP, history.length);
    void parquet.write({ columnData: columnsOf(history, start, end), rowGroupSize: ROWS_PER_GROUP });
  }
  void parquet.finish();
  return new Uint8Array(writer.getBuffer());
}

function columnsOf(history: HistoryColumns, start: number, end: number): ColumnSource[] {
  const { time, process, session, key, code, mate, shape, generation, progress, values, names } = history;
  const column = (name: string, type: ColumnSource['type'], of: (at: number) => unknown): ColumnSource => ({
    name,
    type: type ?? 'STRING',
    data: Array.from({ length: end - start }, (_, row) => of(start + row)),
  });
  const isOrdered = (at: number): boolean => {
    const kind = shape.get(at) & SHAPE;
    return kind !== NOTHING && kind !== TEXT && kind !== BOOLEAN;
  };
  return [
    column('event_index', 'INT64', BigInt),
    column('time_ns', 'INT64', (at) => BigInt(time.get(at))),
    column('process', 'STRING', (at) => names.nameOf(process.get(at))),
    column('session', 'STRING', (at) => names.nameOf(session.get(at))),
    column('story', 'STRING', (at) => (key.get(at) === NONE ? undefined : history.keyName(at))),
    column('event_type', 'STRING', (at) => typeOf(code.get(at))),
    column('f', 'STRING', (at) => operationOf(code.get(at))),
    column('mate_index', 'INT64', (at) => (mate.get(at) === NONE ? undefined : BigInt(mate.get(at)))),
    column('generation', 'DOUBLE', (at) => (isOrdered(at) ? generation.get(at) : undefined)),
    column('progress', 'DOUBLE', (at) => (isOrdered(at) ? progress.get(at) : undefined)),
    column('status', 'STRING', (at) => history.statusAt(at)),
    column('value_id', 'STRING', (at) => {
      const value = code.get(at) >> 2 === FAULT ? undefined : history.valueAt(at);
      return value === undefined ? undefined : valueId(value);
    }),
    column('is_initial', 'BOOLEAN', (at) => {
      const value = values.ids.get(at);
      return value !== NONE && values.initial.get(key.get(at)) === value;
    }),
  ];
}
