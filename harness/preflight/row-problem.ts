import type { Subject } from '../port/subject.ts';
import type { Problem } from './connection-trial.ts';
import { excerpt } from './exchange-evidence.ts';

/** Message of PostgreSQL → the field to correct and what to do. */
const CAUSES: readonly [pattern: RegExp, field: string, remedy: string][] = [
  [/column .* does not exist|no column/i, 'database.row', 'name columns that the table has'],
  [/relation .* does not exist|no table/i, 'database.table', 'name a table that the migrations create'],
  [/invalid input syntax/i, 'database.keyOf', 'give the type of the key column'],
  [/null value in column/i, 'database.row', 'return a value for this column'],
  [/foreign key/i, 'database.row', 'insert the row that it refers to with `database.seed`'],
  [
    /row-level security/i,
    'database.migrations',
    'insert as a role that may; the row is created by the owner of the table',
  ],
  [/duplicate key/i, 'database.row', 'return values that are unique to the story'],
  [/check constraint|enum/i, 'database.row', 'return values that the constraint allows'],
];

/** Why the database refused the row of the story. */
export function rowProblem(error: Error, { tracked }: Pick<Subject, 'tracked'>): Problem {
  const [, field, remedy] = CAUSES.find(([pattern]) => pattern.test(error.message)) ?? [
    undefined,
    'database.row',
    'return a row that the table accepts',
  ];
  return {
    field,
    found: `a row of ${tracked.table} was refused: ${excerpt(error.message)}`,
    remedy,
  };
}
