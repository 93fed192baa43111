/**
 * Typed arrays with a method `get`, which returns a number where the type of `[index]` includes `undefined`. The index
 * must be in range. There is a class for each kind, so that code that reads one kind is as fast as with the plain
 * array.
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
