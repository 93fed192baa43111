/** The bytes and words of a history's lines, and which of them stands where. */

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const MINUS = 0x2d;
export const POINT = 0x2e;
export const ZERO = 0x30;
export const NINE = 0x39;
export const SPACE = 0x20;
export const TAB = 0x09;
export const OPEN = 0x7b;
export const CLOSE = 0x7d;
export const OPEN_LIST = 0x5b;
export const CLOSE_LIST = 0x5d;

/** A word with the quote that ends it. */
const quoted = (word: string): Uint8Array => Buffer.from(`${word}"`);
const plain = (word: string): Uint8Array => Buffer.from(word);

export const fieldNames = ['index', 'time', 'process', 'session', 'type', 'f', 'key', 'value', 'phase'].map(quoted);
export const [INDEX_AT, TIME_AT, PROCESS_AT, SESSION_AT, TYPE_AT, F_AT, KEY_AT, VALUE_AT] = [
  0, 1, 2, 3, 4, 5, 6, 7,
] as const;
export const PHASE_AT = 8;
export const EXTRA = 9;
/** Bits of the fields that every event but a fault has. */
export const REQUIRED =
  (1 << INDEX_AT) | (1 << TIME_AT) | (1 << PROCESS_AT) | (1 << TYPE_AT) | (1 << F_AT) | (1 << KEY_AT);

export const types = ['invoke', 'ok', 'fail', 'info'].map(quoted);
export const operations = ['read', 'write', 'start', 'cas', 'show', 'commit', 'fault', 'receive', 'watch'].map(quoted);
export const phases = ['begin', 'end'].map(quoted);
const [generationName, progressName, statusName] = ['generation', 'progress', 'status'].map(quoted) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
export const [nullWord, trueWord, falseWord] = [plain('null'), plain('true'), plain('false')];

/** Which field's name stands here. */
export function fieldAt(bytes: Uint8Array, at: number): number {
  const field = candidateOf(bytes[at]!, bytes[at + 1]!);
  return field !== EXTRA && isAt(bytes, at, fieldNames[field]!) ? field : EXTRA;
}

/** The only field whose name can begin so. */
function candidateOf(first: number, second: number): number {
  switch (first) {
    case 0x69:
      return INDEX_AT;
    case 0x74:
      return second === 0x69 ? TIME_AT : TYPE_AT;
    case 0x70:
      return second === 0x68 ? PHASE_AT : PROCESS_AT;
    case 0x73:
      return SESSION_AT;
    case 0x66:
      return F_AT;
    case 0x6b:
      return KEY_AT;
    case 0x76:
      return VALUE_AT;
    default:
      return EXTRA;
  }
}

/** Bits of the parts of a progress; 0 stands for all others. */
export const GENERATION_PART = 1;
export const PROGRESS_PART = 2;
export const STATUS_PART = 4;

export function partAt(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case 0x67:
      return isAt(bytes, at, generationName) ? GENERATION_PART : 0;
    case 0x70:
      return isAt(bytes, at, progressName) ? PROGRESS_PART : 0;
    case 0x73:
      return isAt(bytes, at, statusName) ? STATUS_PART : 0;
    default:
      return 0;
  }
}

export function isAt(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false;
  return true;
}
