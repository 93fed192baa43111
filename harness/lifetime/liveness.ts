/** Tracks whether a server is up. Work that waits for it is rejected as soon as it goes down. */
export class Liveness {
  #down: Error | undefined;
  readonly #waiting = new Set<(reason: Error) => void>();

  get down(): Error | undefined {
    return this.#down;
  }

  /** Only the first reason is kept. */
  end(reason: Error): void {
    this.#down ??= reason;
    for (const reject of this.#waiting) reject(this.#down);
    this.#waiting.clear();
  }

  /** The outcome of `work`, or a rejection with the reason if the server goes down first. */
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
