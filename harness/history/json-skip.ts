/** Skips JSON values without parsing them. */

/** Ends a line; what lies beyond the last byte counts as one. */
const LF = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;
const TAB = 0x09;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

const depthMax = 16;
export const nullWord: Uint8Array = Buffer.from('null');
export const trueWord: Uint8Array = Buffer.from('true');
export const falseWord: Uint8Array = Buffer.from('false');

/** Returned for JSON that is valid but unusual, or invalid: the line is passed to `JSON.parse`. */
export const UNUSUAL = -1;

/** Any JSON value that is not unusual. */
export function skipValue(bytes: Uint8Array, at: number, depth: number): number {
  const byte = bytes[at];
  if (byte === QUOTE) return skipString(bytes, at);
  if (byte === OPEN || byte === OPEN_LIST) {
    return depth < depthMax ? skipNested(bytes, at, depth, byte === OPEN) : UNUSUAL;
  }
  for (const word of [nullWord, trueWord, falseWord]) if (isAt(bytes, at, word)) return at + word.length;
  return skipNumber(bytes, at);
}

function skipNested(bytes: Uint8Array, start: number, depth: number, isObject: boolean): number {
  const close = isObject ? CLOSE : CLOSE_LIST;
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === close) return at + 1;
  for (;;) {
    if (isObject) {
      at = skipSpace(bytes, skipString(bytes, at));
      if (bytes[at] !== COLON) return UNUSUAL;
      at = skipSpace(bytes, at + 1);
    }
    at = skipValue(bytes, at, depth + 1);
    if (at === UNUSUAL) return UNUSUAL;
    at = skipSpace(bytes, at);
    if (bytes[at] === close) return at + 1;
    if (bytes[at] !== COMMA) return UNUSUAL;
    at = skipSpace(bytes, at + 1);
  }
}

/** A string without escapes. */
export function skipString(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) return UNUSUAL;
  for (let end = at + 1; ; end++) {
    const byte = bytes[end] ?? LF;
    if (byte === QUOTE) return end + 1;
    if (byte < SPACE || byte === BACKSLASH) return UNUSUAL;
  }
}

/** A number without an exponent. */
function skipNumber(bytes: Uint8Array, start: number): number {
  const at = bytes[start] === MINUS ? start + 1 : start;
  const point = skipDigits(bytes, at);
  if (point === at || (bytes[at] === ZERO && point > at + 1)) return UNUSUAL;
  if (bytes[point] !== POINT) return point;
  const end = skipDigits(bytes, point + 1);
  return end === point + 1 ? UNUSUAL : end;
}

function skipDigits(bytes: Uint8Array, at: number): number {
  let end = at;
  for (let byte = bytes[end] ?? LF; byte >= ZERO && byte <= NINE; byte = bytes[++end] ?? LF);
  return end;
}

export function skipSpace(bytes: Uint8Array, at: number): number {
  let end = at;
  while (bytes[end] === SPACE || bytes[end] === TAB) end++;
  return end;
}

export function isAt(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false;
  return true;
}
