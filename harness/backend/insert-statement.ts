/** The SQL that inserts one row, with its values as `$1`, `$2`, … in the order of the columns. */
export function insertStatement(table: string, columns: readonly string[]): string {
  const names = columns.map(quotedIdentifier).join(', ');
  const places = columns.map((_, at) => `$${at + 1}`).join(', ');
  return `insert into public.${quotedIdentifier(table)} (${names}) values (${places})`;
}

export function quotedIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A name that may have its schema before a dot. */
export function qualifiedIdentifier(name: string): string {
  return name.split('.').map(quotedIdentifier).join('.');
}
