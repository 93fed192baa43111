/** Processes for operations that a log knows only by their session: as few as let none have two in flight. */

type Session = string | number;

export class ProcessNames {
  readonly #free = new Map<string, string[]>();
  /** To whom each name belongs: sessions may be called as our processes are. */
  readonly #owners = new Map<string, string>();
  readonly #kinds = new Map<string, string>();

  /** The process of the session itself, for what is no operation. */
  of(session: Session): string {
    return this.#claim(String(session), JSON.stringify(session));
  }

  /** A process that has nothing in flight. It has until it is released. */
  take(session: Session, kind: string): string {
    const owner = JSON.stringify([session, kind]);
    const free = this.#free.get(owner) ?? [];
    this.#free.set(owner, free);
    const process = free.pop() ?? this.#next(`${session}/${kind}`, owner);
    this.#kinds.set(process, owner);
    return process;
  }

  /** One that is never released, because nobody knows how its operation ended, is not taken again. */
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
