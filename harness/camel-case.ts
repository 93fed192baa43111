/** `render_progress` is `renderProgress`: columns in the JSON of many applications. */
export function camelCase(column: string): string {
  return column.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
