/**
 * Text of others as it is printed: keys, error messages, answers, file names, the output of a server. Printed, it can
 * neither end a line, nor move the cursor, change colours, hide itself, or reorder the text beside it.
 */

/**
 * Replaces line breaks, control characters, invisible and bidirectional format characters and lone surrogates by escapes:
 * `\n`, `\u{1b}`. Text without them, and text that has been escaped, is returned unchanged.
 */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, escaped);
}

/** Keeps the line breaks: for text that is laid out by `quotedLines`. */
export function printableLines(text: string): string {
  return text
    .split(/\r\n|[\r\n]/)
    .map(printable)
    .join('\n');
}

/** The lines of a text; each after the first stands behind a bar, so that it cannot pass for a line of the report. */
export function quotedLines(text: string): string[] {
  const [first = '', ...others] = text.split('\n');
  return [first, ...others.map((line) => `  | ${line}`)];
}

/** The same JSON value, without characters that a terminal interprets: outside of strings, JSON has none of them. */
export function printableJson(json: string): string {
  return json.replaceAll(UNPRINTABLE_IN_JSON, (char) =>
    Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}

/** The same data with every string printable, also the names of fields. Of errors, line breaks are kept. */
export function printableData<T>(data: T): T {
  return convert(data) as T;
}

/** U+200C and U+200D join characters of several scripts, and emoji. `##[` begins a command of GitHub's runner in any column. */
const UNPRINTABLE = /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]--[\u200C\u200D]]|#(?=#\[)/gv;
const UNPRINTABLE_IN_JSON = /[[\u007F-\u{10FFFF}]&&[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]--[\u200C\u200D]]]/gv;
const SHORT: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` };

function escaped(char: string): string {
  return SHORT[char] ?? `\\u{${char.codePointAt(0)?.toString(16)}}`;
}

function convert(data: unknown): unknown {
  if (typeof data === 'string') return printable(data);
  if (typeof data !== 'object' || data === null) return data;
  if (Array.isArray(data)) return data.map(convert);
  if (data instanceof Error) return convertError(data);
  if (Object.getPrototypeOf(data) !== Object.prototype) return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [printable(name), convert(value)]));
}

/** An error of the same class. */
function convertError(error: Error): Error {
  const fields = Object.getOwnPropertyDescriptors(error);
  const texts = Object.entries(fields).filter(([, { value }]) => typeof value === 'string');
  const converted = texts.map(([name, field]) => [name, { ...field, value: printableLines(String(field.value)) }]);
  return Object.create(Object.getPrototypeOf(error) as object, {
    ...fields,
    ...(Object.fromEntries(converted) as PropertyDescriptorMap),
  }) as Error;
}
