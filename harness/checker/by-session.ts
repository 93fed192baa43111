/** Something remembered for each session and key. Sessions `1` and `"1"` are two. */
export class BySession<T> {
  readonly #sessions = new Map<string | number, Map<string | number, T>>();

  get(session: string | number, key: string | number): T | undefined {
    return this.#sessions.get(session)?.get(key);
  }

  set(session: string | number, key: string | number, item: T): void {
    const keys = this.#sessions.get(session);
    if (keys === undefined) this.#sessions.set(session, new Map([[key, item]]));
    else keys.set(key, item);
  }
}
