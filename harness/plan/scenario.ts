/** A scenario: a file that describes one root cause and makes a plan. Subjects declare which scenarios they withstand. */
import { UsageError } from '../errors.ts';
import { parsePlan, type Plan, type PlanInput } from './plan.ts';
import { drawFrom, type Draw } from './random.ts';
import type { Range } from './range.ts';
import type { ScenarioTag } from './scenario-tags.ts';

export interface Parameter {
  /** What it does. The name ends in the unit (`lag_ms`). */
  description: string;
  /** `undefined`: the scenario chooses the value during the run. */
  default: number | undefined;
  min: number;
  max: number;
}

export type Parameters = Readonly<Record<string, number | undefined>>;

/** A plan without its version, scenario and seed. */
export type PlanBody = Omit<PlanInput, 'plan' | 'scenario' | 'seed'>;

/** The arguments of `plan` and `explore.base`. */
export interface PlanOptions {
  parameters: Parameters;
  draw: Draw;
}

/** The range in which `ratchet explore` varies a scenario. */
export interface Exploration {
  /** The benign plan, without faults, from which the search deviates. Default: the scenario's plan. */
  base?(options: PlanOptions): PlanBody;
  range?: Range;
}

/** The page of a scenario in the catalogue. */
export interface ScenarioPage {
  tags?: readonly ScenarioTag[];
  /** Why a progress goes backwards, in sentences. */
  mechanism?: string;
  /** Where it has been seen: issues, documentation, reports. */
  evidence?: readonly string[];
  /** What the plan does. */
  injects?: string;
  /** The properties that an application without a remedy violates. */
  breaks?: readonly string[];
  /** What rules it out, as opposed to making it rarer. */
  remedy?: string;
}

export interface Scenario extends ScenarioPage {
  /** Kebab-case; the name of its file and the argument of `ratchet run`. */
  name: string;
  /** One line for `ratchet list`. */
  summary: string;
  parameters: Readonly<Record<string, Parameter>>;
  /** Makes the plan, without the name and the seed; `draw` varies its times. */
  plan(options: PlanOptions): PlanBody;
  explore?: Exploration;
}

export function planOf(scenario: Scenario, seed: number, parameters: Parameters): Plan {
  const input = scenario.plan({ parameters, draw: drawFrom(seed) });
  return parsePlan({ plan: 1, scenario: scenario.name, seed, ...input }, `scenario ${scenario.name}`);
}

/**
 * The parameters of a run: the defaults, overridden by the values that the user has set.
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
  const hint = known.length === 0 ? 'the scenario has no parameters' : `available: ${known.join(', ')}`;
  return new UsageError('parameter-unknown', `scenario ${scenario.name} has no parameter "${name}"`, hint);
}
