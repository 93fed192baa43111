/** Whether something is still up; work that waits for it is rejected the moment it goes down. */
export class Liveness {
  #down: Error | undefined;
  readonly #waiting = new Set<(reason: Error) => void>();

  get down(): Error | undefined {
    return this.#down;
  }

  /** The first reason stays. */
  end(reason: Error): void {
    this.#down ??= reason;
    for (const reject of this.#waiting) reject(this.#down);
    this.#waiting.clear();
  }

  /** The outcome of `work`, or the reason if it ends first. */
  guard<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#down) {
        reject(this.#down);
        return;
      }
      this.#waiting.add(reject);
      const settle = (act: () => void): void => {
        this.#waiting.delete(reject);
        act();
      };
      work().then(
        (value) => settle(() => (this.#down ? reject(this.#down) : resolve(value))),
        (error: unknown) => settle(() => reject(this.#down ?? error)),
      );
    });
  }
}
