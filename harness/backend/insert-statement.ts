/** The SQL that inserts one row, with its values as `$1`, `$2`, … in the order of the columns. */
export function insertStatement(table: string, columns: readonly string[]): string {
  const names = columns.map(identifier).join(', ');
  const places = columns.map((_, at) => `$${at + 1}`).join(', ');
  return `insert into public.${identifier(table)} (${names}) values (${places})`;
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
