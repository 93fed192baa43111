/** The form of an extension that is written as SQL, for servers that lack the original one. */
export interface StubExtension {
  name: string;
  version: string;
  /** A schema that the extension is bound to, as in its original's control file. */
  schema?: string;
  sql: string;
  /** What differs from the original, as the end of the sentence "pg_cron is a stub: …". */
  difference: string;
}

/** The contents of `NAME.control`. */
export function controlFile({ name, version, schema }: StubExtension): string {
  const bound = schema === undefined ? 'relocatable = false' : `relocatable = false\nschema = '${schema}'`;
  return `comment = 'stub of ${name}'\ndefault_version = '${version}'\n${bound}\nsuperuser = false\n`;
}

/** The name of the file with the extension's SQL. */
export function scriptName({ name, version }: StubExtension): string {
  return `${name}--${version}.sql`;
}

/** The SQL of a function that raises an error when it is called. `signature`: name, parameters and `returns`. */
export function raising(extension: string, signature: string): string {
  return `create function ${signature} language plpgsql as $$
begin
  raise exception '${extension} is a stub in this database, which cannot answer this' using errcode = '0A000';
end
$$;
`;
}
