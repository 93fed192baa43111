/** Pairs of key and value in a text: `level=info msg="story read" progress=40`. Words without a `=` are ignored. */
import type { Fields } from '../../event-shape.ts';

export function logfmtFields(text: string): Fields {
  const fields: Fields = {};
  for (const [, key = '', quoted, bare] of text.matchAll(pair)) {
    const value = quoted === undefined ? (bare ?? '') : unquoted(quoted);
    Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return fields;
}

const pair = /(?<![^\s,;([{])([A-Za-z_@][\w.@/-]*)=(?:"([^"\\]*(?:\\[^][^"\\]*)*)"|([^\s",;)\]}]*))/g;

function unquoted(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replaceAll(/\\([^])/g, (_, char: string) => escapes[char] ?? char);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
