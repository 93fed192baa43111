import { Int32Column } from './typed-columns.ts';

/** Ids for pairs of small integers, counted from 0 in the order in which the pairs are first seen. */
export class PairIds {
  #firsts = new Int32Column(64);
  #seconds = new Int32Column(64);
  /** An id plus one; 0 for an empty slot. At most half full. */
  #table = new Int32Column(128);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  idOf(first: number, second: number): number {
    const mask = this.#table.length - 1;
    for (let slot = hashOf(first, second) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#table.get(slot) - 1;
      if (id < 0) return this.#add(first, second, slot);
      if (this.#firsts[id] === first && this.#seconds[id] === second) return id;
    }
  }

  firstOf(id: number): number {
    return this.#firsts.get(id);
  }

  secondOf(id: number): number {
    return this.#seconds.get(id);
  }

  #add(first: number, second: number, slot: number): number {
    const id = this.#count;
    if (id === this.#firsts.length) {
      this.#grow();
      return this.idOf(first, second);
    }
    this.#firsts[id] = first;
    this.#seconds[id] = second;
    this.#table[slot] = id + 1;
    this.#count += 1;
    return id;
  }

  #grow(): void {
    const [firsts, seconds] = [this.#firsts, this.#seconds];
    this.#firsts = new Int32Column(firsts.length * 2);
    this.#seconds = new Int32Column(firsts.length * 2);
    this.#firsts.set(firsts);
    this.#seconds.set(seconds);
    this.#table = new Int32Column(this.#table.length * 2);
    const mask = this.#table.length - 1;
    for (let id = 0; id < this.#count; id++) {
      let slot = hashOf(firsts.get(id), seconds.get(id)) & mask;
      while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
      this.#table[slot] = id + 1;
    }
  }
}

function hashOf(first: number, second: number): number {
  const mixed = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
