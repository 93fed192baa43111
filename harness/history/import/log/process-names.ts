/** Assigns processes to operations of which a log has only the session: as few as possible, each with one in flight. */

type Session = string | number;

export class ProcessNames {
  readonly #free = new Map<string, string[]>();
  /** The owner of each name: a session may have the same name as a generated process. */
  readonly #owners = new Map<string, string>();
  readonly #kinds = new Map<string, string>();

  /** The process of the session itself, for events that are not operations. */
  of(session: Session): string {
    return this.#claim(String(session), JSON.stringify(session));
  }

  /** A process with no operation in flight. It counts as busy until it is released. */
  take(session: Session, kind: string): string {
    const owner = JSON.stringify([session, kind]);
    const free = this.#free.get(owner) ?? [];
    this.#free.set(owner, free);
    const process = free.pop() ?? this.#next(`${session}/${kind}`, owner);
    this.#kinds.set(process, owner);
    return process;
  }

  /** A process whose operation ended in `info` must not be released, so that it is not used again. */
  release(process: string): void {
    const owner = this.#kinds.get(process);
    if (owner !== undefined) this.#free.get(owner)?.push(process);
  }

  #next(stem: string, owner: string): string {
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? stem : `${stem}-${number}`;
      if (this.#owners.has(name)) continue;
      this.#owners.set(name, owner);
      return name;
    }
  }

  #claim(name: string, owner: string): string {
    const holder = this.#owners.get(name);
    if (holder !== undefined && holder !== owner) return this.#claim(`${name}'`, owner);
    this.#owners.set(name, owner);
    return name;
  }
}
