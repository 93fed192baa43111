/** A scenario: a root cause as a file. It yields a plan. Who withstands it is said by the subjects. */
import { UsageError } from '../errors.ts';
import { parsePlan, type Plan, type PlanInput } from './plan.ts';
import { drawFrom, type Draw } from './random.ts';
import type { Range } from './range.ts';

export interface Parameter {
  /** What it does, with its unit: the name ends in one (`lag_ms`). */
  description: string;
  /** `undefined`: the scenario decides by what it sees. */
  default: number | undefined;
  min: number;
  max: number;
}

export type Parameters = Readonly<Record<string, number | undefined>>;

/** All of a plan but the name and the seed. */
export type PlanBody = Omit<PlanInput, 'plan' | 'scenario' | 'seed'>;

/** What `plan` and `explore` draw on. */
export interface PlanOptions {
  parameters: Parameters;
  draw: Draw;
}

/** The range in which `ratchet explore` varies a scenario. */
export interface Exploration {
  /** The benign run that is deviated from: who takes part, and nothing that goes wrong. Default: the plan itself. */
  base?(options: PlanOptions): PlanBody;
  range?: Range;
}

export interface Scenario {
  /** Kebab-case; the name of its file and what `ratchet run` takes. */
  name: string;
  /** One line for `ratchet list`. */
  summary: string;
  parameters: Readonly<Record<string, Parameter>>;
  /** All but the name and the seed; `draw` varies it within the scenario's range. */
  plan(options: PlanOptions): PlanBody;
  explore?: Exploration;
}

export function planOf(scenario: Scenario, seed: number, parameters: Parameters): Plan {
  const input = scenario.plan({ parameters, draw: drawFrom(seed) });
  return parsePlan({ plan: 1, scenario: scenario.name, seed, ...input }, `scenario ${scenario.name}`);
}

/**
 * The parameters of a run: the defaults, and over them what the user has set.
 * @throws UsageError for an unknown name or a value out of range
 */
export function parametersOf(scenario: Scenario, set: Readonly<Record<string, string>>): Parameters {
  const parameters: Record<string, number | undefined> = {};
  for (const [name, parameter] of Object.entries(scenario.parameters)) parameters[name] = parameter.default;
  for (const [name, text] of Object.entries(set)) {
    const parameter = scenario.parameters[name];
    if (parameter === undefined) throw unknownParameter(scenario, name);
    const value = Number(text);
    if (text.trim() === '' || !(value >= parameter.min && value <= parameter.max)) {
      throw new UsageError(
        'parameter-invalid',
        `${name} must be a number from ${parameter.min} to ${parameter.max}, not "${text}"`,
      );
    }
    parameters[name] = value;
  }
  return parameters;
}

function unknownParameter(scenario: Scenario, name: string): UsageError {
  const known = Object.keys(scenario.parameters);
  const hint = known.length === 0 ? 'it has none' : `it has: ${known.join(', ')}`;
  return new UsageError('parameter-unknown', `scenario ${scenario.name} has no parameter "${name}"`, hint);
}
