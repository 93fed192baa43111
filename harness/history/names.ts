import { Int32Column } from './typed-columns.ts';

/**
 * Interns names and other texts: each has an id, counted from 0. A number is the same name as its decimal text, which
 * represents both.
 */
export class Names {
  readonly #names: string[] = [];
  readonly #ids = new Map<string | number, number>();
  readonly #seen = new SeenBytes();

  get count(): number {
    return this.#names.length;
  }

  idOf(name: string | number): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const id = typeof name === 'number' ? this.idOf(String(name)) : this.#intern(name);
    this.#ids.set(name, id);
    return id;
  }

  #intern(name: string): number {
    const id = this.#names.length;
    this.#names.push(name);
    return id;
  }

  /** The id of a name that was interned before. */
  find(name: string | number): number | undefined {
    return this.#ids.get(String(name));
  }

  /**
   * The id of a string given as valid UTF-8. `hash` may be any function of the bytes, but always the same one.
   * No string is created for a text that was seen before.
   */
  idOfBytes(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const known = this.#seen.find(bytes, start, end, hash);
    if (known !== -1) return known;
    const id = this.idOf(decoder.decode(bytes.subarray(start, end)));
    this.#seen.add(bytes.subarray(start, end), hash, id);
    return id;
  }

  nameOf(id: number): string {
    return this.#names[id] as string;
  }
}

/** A byte order mark counts as a character of a name. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A hash table from bytes to ids: open addressing, the bytes in one pool. */
class SeenBytes {
  #pool = new Uint8Array(1024);
  #poolSize = 0;
  #count = 0;
  /** Per entry: hash, start in the pool, length, id. */
  #entries = new Int32Column(4 * 64);
  /** The number of an entry, plus one; 0 for an empty slot. */
  #table = new Int32Column(128);

  find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#table.length - 1;
    const entries = this.#entries;
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const entry = (this.#table.get(slot) - 1) * 4;
      if (entry < 0) return -1;
      if (entries[entry] === hash && this.#holds(entry, bytes, start, end)) return entries.get(entry + 3);
    }
  }

  add(name: Uint8Array, hash: number, id: number): void {
    if (this.#count * 4 === this.#entries.length) this.#grow();
    if (this.#poolSize + name.length > this.#pool.length) {
      this.#pool = enlarged(this.#pool, Math.max(this.#pool.length * 2, this.#poolSize + name.length));
    }
    this.#pool.set(name, this.#poolSize);
    this.#entries.set([hash, this.#poolSize, name.length, id], this.#count * 4);
    this.#poolSize += name.length;
    this.#place(this.#count, hash);
    this.#count += 1;
  }

  #holds(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#entries[entry + 2] !== end - start) return false;
    const offset = this.#entries.get(entry + 1) - start;
    const pool = this.#pool;
    for (let at = start; at < end; at++) if (pool[offset + at] !== bytes[at]) return false;
    return true;
  }

  #grow(): void {
    this.#entries = enlarged(this.#entries, this.#entries.length * 2);
    this.#table = new Int32Column(this.#table.length * 2);
    for (let entry = 0; entry < this.#count; entry++) this.#place(entry, this.#entries.get(entry * 4));
  }

  #place(entry: number, hash: number): void {
    const mask = this.#table.length - 1;
    let slot = spread(hash) & mask;
    while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
    this.#table[slot] = entry + 1;
  }
}

function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}

function enlarged<T extends Uint8Array | Int32Column>(array: T, length: number): T {
  const larger = new (array.constructor as new (length: number) => T)(length);
  larger.set(array);
  return larger;
}
