/** Titles of runs, as short as possible. */
import type { RunTitle, VerbStart } from '../port/reporter.ts';

/** A title has the scenario and subject of a run; the backend and seed only if they are not the default or distinguish runs. */
export class Titles {
  readonly #defaults: VerbStart['defaults'];
  readonly #repeated: ReadonlySet<string>;

  constructor({ titles, defaults }: Pick<VerbStart, 'titles' | 'defaults'>) {
    this.#defaults = defaults;
    const names = titles.map(identityOf);
    this.#repeated = new Set(names.filter((name, at) => names.indexOf(name) !== at));
  }

  /** The words of a title, e.g. `['lagging-replica', 'guarded', 'seed 7']`. */
  wordsOf(title: RunTitle): string[] {
    const { scenario, subject, backend, seed, file } = title;
    const showsSeed = seed !== undefined && (seed !== this.#defaults.seed || this.#repeated.has(identityOf(title)));
    const words = [
      file,
      scenario,
      subject,
      backend === this.#defaults.backend ? undefined : backend,
      showsSeed ? `seed ${seed}` : undefined,
    ];
    return words.filter((word) => word !== undefined);
  }

  /** The title as one text. */
  nameOf(title: RunTitle): string {
    return this.wordsOf(title).join(' · ');
  }
}

function identityOf({ scenario, subject, backend, file }: RunTitle): string {
  return JSON.stringify([scenario, subject, backend, file]);
}
