/** A position in PostgreSQL's write-ahead log in the text form of `pg_lsn`: two hexadecimal halves, `0/3A1F0`. */
export type Lsn = string;

/** The LSN in a history as a byte position; `undefined` if it is not one: the field is not judged. */
export function parseLsn(field: unknown): bigint | undefined {
  return typeof field === 'string' && /^[\da-f]{1,8}\/[\da-f]{1,8}$/i.test(field) ? lsnToBigInt(field) : undefined;
}

/** The LSN as a byte position. */
export function lsnToBigInt(lsn: Lsn): bigint {
  const [high, low] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

export function bigIntToLsn(bytes: bigint): Lsn {
  return `${(bytes >> 32n).toString(16).toUpperCase()}/${(bytes & 0xffffffffn).toString(16).toUpperCase()}`;
}

/** Negative, zero or positive if `a` lies before, at or after `b`. */
export function compareLsn(a: Lsn, b: Lsn): number {
  if (a === b) return 0;
  const [atA, atB] = [a.indexOf('/'), b.indexOf('/')];
  // Each half fits in a number, and comparing those is faster than a bigint.
  const high = hexOf(a, 0, atA) - hexOf(b, 0, atB);
  return Math.sign(high === 0 ? hexOf(a, atA + 1) - hexOf(b, atB + 1) : high);
}

function hexOf(lsn: Lsn, from: number, to?: number): number {
  return Number.parseInt(lsn.slice(from, to), 16);
}
