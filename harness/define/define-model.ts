/** Checks the model of a database, which decides how the simulation compares values. */
import type { ColumnType } from '../port/model.ts';
import { aFunction, aListOf, anObject, aValueThat, requireFields, type Field } from './required-fields.ts';

const COLUMN_TYPES: readonly ColumnType[] = ['text', 'integer', 'numeric', 'boolean', 'timestamptz'];

const aColumnType = aValueThat(`one of ${COLUMN_TYPES.map((type) => `"${type}"`).join(', ')}`, (value) =>
  COLUMN_TYPES.some((type) => type === value),
);

const MODEL: Readonly<Record<string, Field>> = { simulation: anObject, 'simulation.tables': anObject };

/**
 * @param subject a subject with a field `simulation`
 * @throws UsageError `subject-invalid` that names the first missing or invalid field of the model
 */
export function requireModel(subject: { simulation: unknown }): void {
  const require = (fields: Readonly<Record<string, Field>>): void =>
    requireFields(subject, { name: 'subject', fields, hint: 'the type DatabaseModel describes every field' });
  require(MODEL);
  const { tables, functions = {} } = subject.simulation as { tables: Models; functions?: Models };
  for (const [name, table] of Object.entries(tables)) {
    const path = `simulation.tables.${name}`;
    require({ [path]: anObject, [`${path}.columns`]: anObject, [`${path}.primaryKey`]: aListOf('columns') });
    for (const column of Object.keys(table['columns'] ?? {}))
      require({ [`${path}.columns.${column}.type`]: aColumnType });
  }
  for (const [name, model] of Object.entries(functions)) {
    const path = `simulation.functions.${name}`;
    require({ [path]: anObject, [`${path}.parameters`]: anObject, [`${path}.run`]: aFunction });
    for (const parameter of Object.keys(model['parameters'] ?? {}))
      require({ [`${path}.parameters.${parameter}`]: aColumnType });
  }
}

/** Name → table or function → field. */
type Models = Readonly<Record<string, Readonly<Record<string, object | undefined>>>>;
