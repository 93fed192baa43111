/**
 * pgvector's types and index access methods by functions of PostgreSQL itself: a value is stored as its text, an index
 * is a hash index, and every distance raises an error.
 */
import { raising, type StubExtension } from './stub-extension.ts';

const TYPES = ['vector', 'halfvec', 'sparsevec'];
const ACCESS_METHODS = ['ivfflat', 'hnsw'];
const DISTANCES = {
  '<->': 'l2_distance',
  '<#>': 'vector_negative_inner_product',
  '<=>': 'cosine_distance',
  '<+>': 'l1_distance',
};
const FUNCTIONS = ['inner_product', ...Object.values(DISTANCES)];

const typeSql = (type: string): string => `
create type ${type};

create function ${type}_in(cstring) returns ${type} language internal immutable strict parallel safe as 'textin';

create function ${type}_out(${type}) returns cstring language internal immutable strict parallel safe as 'textout';

create function ${type}_typmod_in(cstring[]) returns integer language internal immutable strict as 'bpchartypmodin';

create function ${type}_typmod_out(integer) returns cstring language internal immutable strict as 'bpchartypmodout';

create type ${type} (
  input = ${type}_in, output = ${type}_out, typmod_in = ${type}_typmod_in, typmod_out = ${type}_typmod_out,
  internallength = variable, storage = external
);

create function ${type}_hash(${type}) returns integer language internal immutable strict as 'hashvarlena';

${FUNCTIONS.map((name) => raising('vector', `${name}(${type}, ${type}) returns double precision`)).join('\n')}
${Object.entries(DISTANCES)
  .map(([sign, name]) => `create operator ${sign} (leftarg = ${type}, rightarg = ${type}, function = ${name});\n`)
  .join('\n')}
${raising('vector', `vector_dims(${type}) returns integer`)}
${raising('vector', `l2_norm(${type}) returns double precision`)}
${raising('vector', `l2_normalize(${type}) returns ${type}`)}`;

const castSql = (array: string): string => `
${raising('vector', `array_to_vector(${array}, integer, boolean) returns vector`)}
create cast (${array} as vector) with function array_to_vector(${array}, integer, boolean) as assignment;
`;

const accessMethodSql = (method: string): string => `
create function ${method}handler(internal) returns index_am_handler language internal as 'hashhandler';

create access method ${method} type index handler ${method}handler;

${TYPES.flatMap((type) =>
  ['l2', 'ip', 'cosine', 'l1'].map(
    (distance) => `create operator class ${type}_${distance}_ops for type ${type} using ${method} as
  function 1 ${type}_hash(${type});
`,
  ),
).join('\n')}`;

export const VECTOR_STUB: StubExtension = {
  name: 'vector',
  version: '0.8.1',
  difference: 'values are stored as they are written, and distances between them raise an error',
  sql: [
    ...TYPES.map(typeSql),
    ...['integer[]', 'real[]', 'double precision[]', 'numeric[]'].map(castSql),
    ...ACCESS_METHODS.map(accessMethodSql),
  ].join('\n'),
};

const INDEX_PARAMETERS = /(\busing\s+(?:hnsw|ivfflat)\b[^;]*?\))\s*with\s*\([^)]*\)/i;

/** Whether the statement creates an index with parameters such as `lists`, which a hash index does not have. */
export function hasVectorIndexParameters(statement: string): boolean {
  return INDEX_PARAMETERS.test(statement);
}

export function withoutVectorIndexParameters(statement: string): string {
  return statement.replace(INDEX_PARAMETERS, '$1');
}

/** Selects a row if pgvector's access methods are those of the stub. */
export const IS_VECTOR_STUB = `select 1 from pg_am join pg_proc on pg_proc.oid = amhandler
  where amname in ('hnsw', 'ivfflat') and prosrc = 'hashhandler'`;
