/**
 * Typed arrays whose items are read by `get`, a number, where `[index]` may be `undefined` to the compiler. The caller
 * knows that there is such an item. A class for each kind: what reads one kind only is as fast as the bare array.
 */

export class Int32Column extends Int32Array {
  get(index: number): number {
    return this[index]!;
  }

  add(index: number, amount: number): void {
    this[index] = this.get(index) + amount;
  }
}

export class Uint32Column extends Uint32Array {
  get(index: number): number {
    return this[index]!;
  }

  add(index: number, amount: number): void {
    this[index] = this.get(index) + amount;
  }
}

export class Uint8Column extends Uint8Array {
  get(index: number): number {
    return this[index]!;
  }
}

export class Float32Column extends Float32Array {
  get(index: number): number {
    return this[index]!;
  }
}

export class Float64Column extends Float64Array {
  get(index: number): number {
    return this[index]!;
  }
}
