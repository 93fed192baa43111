/** Compares what is judged with a baseline, and stops a command after a number of failures. */
import { foldValidity, type Validity } from '../checker/verdict.ts';
import type { BaselineMatch, BaselineSummary, KnownViolation } from '../port/baseline.ts';
import type { JudgedExploration, JudgedRun, Reporter, RunTitle, VerbStart } from '../port/reporter.ts';
import { identityOf, writeBaseline } from './baseline-file.ts';
import { fingerprintsOf } from './fingerprint.ts';

export interface GateOptions {
  /** The file of the baseline; `undefined`: nothing is known, and nothing is compared. */
  file: string | undefined;
  /** What the file has; none if it is written for the first time. */
  known: readonly KnownViolation[];
  /** Whether what has vanished fails. */
  isStrict: boolean;
  /** Whether the file is written at the end. */
  isUpdated: boolean;
  /** Whether all runs are judged here; otherwise what is missing may be found by another shard. */
  isWhole: boolean;
  /** The only properties that are judged; `undefined`: those of the plans. */
  properties: readonly string[] | undefined;
  /** After so many failures nothing more starts; `undefined`: no limit. */
  failuresMax: number | undefined;
  /** Whether a violation that the subject declares is a failure. */
  countsExpected: boolean;
}

/** What is known of one scenario with one subject after its runs. */
interface Judged {
  held: Set<string>;
  /** Something of it was not judged, so that nothing of it has vanished. */
  isOpen: boolean;
}

export class BaselineGate {
  readonly #options: GateOptions;
  readonly #known: ReadonlySet<string>;
  readonly #found = new Map<string, KnownViolation>();
  readonly #judged = new Map<string, Judged>();
  readonly #validities: Validity[] = [];
  readonly #stop = new AbortController();
  #planned: RunTitle[] = [];
  #matches: BaselineMatch[] = [];
  #failures = 0;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#known = new Set(options.known.map(identityOf));
  }

  /** Aborts when nothing more should start. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Tells a reporter what is judged, with how it compares to the baseline. */
  attach(reporter: Reporter): Reporter {
    return {
      begin: (start) => {
        this.#plan(start);
        return reporter.begin?.(start);
      },
      starting: (title) => reporter.starting?.(title),
      ran: async (run) => {
        const compared = this.#compared(run);
        this.#addRun(compared);
        await reporter.ran?.(compared);
        this.#stopIfDue(compared);
      },
      explored: async (exploration) => {
        const compared = this.#comparedExploration(exploration);
        this.#addExploration(compared);
        await reporter.explored?.(compared);
        this.#stopIfDue(compared);
      },
      end: (end) => reporter.end?.(end),
    };
  }

  /** The combined verdict of a command if what is known counts as held. */
  gated(valid: Validity): Validity {
    if (valid !== false) return valid;
    return foldValidity([...this.#validities, this.isWaiting ? 'unknown' : true]);
  }

  /** Whether something that was announced has not been judged. */
  get isWaiting(): boolean {
    return this.#planned.length > 0;
  }

  /**
   * @param gated the verdict if what is known counts as held
   * @returns how the command compares with the baseline; `undefined` without one
   */
  summary(gated: Validity): BaselineSummary | undefined {
    const { file, isStrict, isUpdated } = this.#options;
    if (file === undefined) return undefined;
    const vanished = this.#vanished();
    const isFailed = isStrict && vanished.length > 0;
    const known = this.#matches.filter(({ fresh }) => fresh.length === 0).length;
    const fresh = this.#matches.length - known;
    return { file, valid: isFailed ? false : gated, known, fresh, vanished, isStrict, isUpdated };
  }

  /**
   * Writes the file if that is wanted: without what has vanished, and with what was found.
   * @throws EnvironmentError if it cannot be written
   */
  update(): void {
    const { file, isUpdated, known } = this.#options;
    if (file === undefined || !isUpdated) return;
    const gone = new Set(this.#vanished().map(identityOf));
    const kept = known.filter((each) => !gone.has(identityOf(each)));
    // What was known keeps its sentence.
    writeBaseline(file, [...this.#found.values(), ...kept]);
  }

  #plan({ titles }: VerbStart): void {
    this.#planned = [...this.#planned, ...titles];
  }

  #compared(run: JudgedRun): JudgedRun {
    if (run.valid !== false || this.#isDeclared(run)) return run;
    const baseline = this.#match(run, 'run', run);
    return baseline === undefined ? run : { ...run, baseline, record: { ...run.record, baseline } };
  }

  #comparedExploration(exploration: JudgedExploration): JudgedExploration {
    const [first] = exploration.found?.runs ?? [];
    if (exploration.valid !== false || first === undefined) return exploration;
    const baseline = this.#match(exploration, 'explore', first);
    return baseline === undefined
      ? exploration
      : { ...exploration, baseline, record: { ...exploration.record, baseline } };
  }

  #match(
    { scenario = '', subject = '' }: RunTitle,
    verb: KnownViolation['verb'],
    run: JudgedRun,
  ): BaselineMatch | undefined {
    if (this.#options.file === undefined) return undefined;
    const known = new Set<string>();
    const fresh = new Set<string>();
    for (const fingerprint of fingerprintsOf(run)) {
      const violation: KnownViolation = { verb, scenario, subject, ...fingerprint };
      const identity = identityOf(violation);
      this.#found.set(identity, violation);
      (this.#known.has(identity) || this.#options.isUpdated ? known : fresh).add(violation.property);
    }
    const match = { known: [...known].filter((property) => !fresh.has(property)), fresh: [...fresh] };
    this.#matches.push(match);
    return match;
  }

  #addRun(run: JudgedRun): void {
    const judged = this.#judgedOf('run', run);
    for (const { property, valid } of run.verdicts) if (valid === true) judged.held.add(property);
    if (run.valid === 'unknown') judged.isOpen = true;
    this.#add(run);
  }

  #addExploration(exploration: JudgedExploration): void {
    const judged = this.#judgedOf('explore', exploration);
    // A search ends at the first violation: it has not tried the plans after it.
    if (exploration.valid !== true || exploration.isInterrupted) judged.isOpen = true;
    this.#add(exploration);
  }

  #add(judged: JudgedRun | JudgedExploration): void {
    const at = this.#planned.findIndex((title) => isSame(title, judged));
    if (at !== -1) this.#planned = this.#planned.toSpliced(at, 1);
    this.#validities.push(isKnown(judged) ? true : judged.valid);
  }

  #judgedOf(verb: KnownViolation['verb'], { scenario = '', subject = '' }: RunTitle): Judged {
    const name = JSON.stringify([verb, scenario, subject]);
    const judged = this.#judged.get(name) ?? { held: new Set(), isOpen: false };
    this.#judged.set(name, judged);
    return judged;
  }

  #vanished(): KnownViolation[] {
    const { known, isWhole } = this.#options;
    return isWhole ? known.filter((each) => !this.#found.has(identityOf(each)) && this.#isHeld(each)) : [];
  }

  #isHeld({ verb, scenario, subject, property }: KnownViolation): boolean {
    const judged = this.#judged.get(JSON.stringify([verb, scenario, subject]));
    if (judged === undefined || judged.isOpen) return false;
    if (this.#planned.some((title) => title.scenario === scenario && title.subject === subject)) return false;
    const { properties } = this.#options;
    return verb === 'run' ? judged.held.has(property) : (properties?.includes(property) ?? true);
  }

  #stopIfDue(judged: JudgedRun | JudgedExploration): void {
    const { failuresMax = Infinity } = this.#options;
    if (judged.valid !== false || isKnown(judged) || this.#isDeclared(judged)) return;
    this.#failures += 1;
    if (this.#failures >= failuresMax) this.#stop.abort();
  }

  /** Whether the subject declares the violation, which is then compared with that instead of the baseline. */
  #isDeclared({ expected }: Pick<JudgedRun, 'expected'>): boolean {
    return expected === false && !this.#options.countsExpected;
  }
}

/** Whether everything that is violated is in the baseline. */
function isKnown({ baseline }: Pick<JudgedRun, 'baseline'>): boolean {
  return baseline !== undefined && baseline.fresh.length === 0;
}

function isSame(a: RunTitle, b: RunTitle): boolean {
  return a.scenario === b.scenario && a.subject === b.subject && a.seed === b.seed;
}
