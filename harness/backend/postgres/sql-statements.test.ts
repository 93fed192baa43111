import { describe, expect, it } from 'vitest';
import { statementsOf } from './sql-statements.ts';

const sqlOf = (script: string): string[] => statementsOf(script).map(({ sql }) => sql);

describe('statementsOf', () => {
  it('splits at semicolons, and gives the line of each statement', () => {
    expect(statementsOf('select 1;\n\n-- two\nselect\n 2;;\nselect 3')).toEqual([
      { sql: 'select 1', line: 1 },
      { sql: 'select\n 2', line: 4 },
      { sql: 'select 3', line: 6 },
    ]);
  });

  it.each([
    ['a string', `select 'a;''b'`],
    ['an escape string', String.raw`select E'it\'s; 1'`],
    ['a string with a backslash at its end', String.raw`select '\'`],
    ['a quoted name', 'select 1 as "a;""b"'],
    ['a dollar-quoted body', 'do $$ begin; end $$'],
    ['a body with a tag', 'do $body$ select $$;$$; $body$'],
    ['a line comment', 'select 1 -- a; b\n + 1'],
    ['nested comments', 'select /* a; /* b; */ c; */ 1'],
    ['a rule', 'create rule r as on insert to t do also (select 1; select 2)'],
    [
      'a standard function body',
      'create or replace function f() returns int begin atomic select case when true then 1 end; select 2; end',
    ],
  ])('keeps a semicolon within %s', (_, sql) => {
    expect(sqlOf(`${sql};\nselect 2;`)).toEqual([sql, 'select 2']);
  });

  it.each([
    ['transaction blocks', ['begin', 'select 1', 'end']],
    ['names with a dollar', ['select a$b from t', 'select c$d from t']],
    ['statements that begin with no word', ['(select 1)', '(select 2)']],
    ['parameters', ['prepare p as select $1', 'select 2']],
    ['a string after a name that ends in e', [`select date'2026-01-01'`, 'select 1']],
  ])('splits %s', (_, statements) => {
    expect(sqlOf(`${statements.join(';\n')};`)).toEqual(statements);
  });

  it('finds nothing in a script of comments', () => {
    expect(statementsOf('-- nothing\n/* ; */ ;\n')).toEqual([]);
  });

  it('does not lose an unterminated string', () => {
    expect(sqlOf(`select 1; select 'a; b`)).toEqual(['select 1', `select 'a`, 'b']);
  });
});
