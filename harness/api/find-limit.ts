/** Where a subject stops holding when one parameter of a scenario grows: bisection over repeated runs. */
import { UsageError } from '../errors.ts';
import type { Parameter } from '../plan/scenario.ts';
import type { LimitPoint, LimitResults } from '../port/limit.ts';
import { openCatalogue } from '../runner/catalogue.ts';
import { suggestionOf } from '../suggestion.ts';
import { loadPointAt, pointAt, type LoadOfLimit } from './limit-points.ts';
import type { RunScenariosOptions } from './run-scenarios.ts';

export interface LimitOptions extends Omit<
  RunScenariosOptions,
  'scenarios' | 'tags' | 'reporter' | 'regressions' | 'onUnsupported' | 'seed'
> {
  scenario: string;
  /** The parameter that is varied. */
  vary: string;
  /** The range that is searched. Default: from the least value of the parameter to its greatest. */
  from?: number;
  to?: number;
  /** How many runs each value gets, each with another seed. Default: 10. */
  runs?: number;
  /** Of each load, if the number of tabs is varied. */
  load?: LoadOfLimit;
}

export const LIMIT_RUNS = 10;
/** The parameter of every scenario that runs it as a load, as `ratchet load` does. */
const TABS = 'tabs';
const TABS_RANGE: Parameter = { description: 'the number of tabs of a load', default: 10, min: 1, max: 2_000 };

/** The search ends when the values differ by less than this share of the greater one. */
const RESOLUTION = 0.01;
/** Values between which the curve is drawn, on each side of the limit. */
const CURVE_STEPS = 4;
const CURVE_SHARE = 0.1;

/** @throws UsageError for an unknown scenario or parameter, and for an empty range */
export async function findLimit({
  scenario,
  vary,
  from,
  to,
  runs = LIMIT_RUNS,
  ...options
}: LimitOptions): Promise<LimitResults> {
  const parameter = await parameterOf(scenario, vary, options.folder);
  const low = from ?? parameter.min;
  const high = to ?? parameter.max;
  if (!(low < high))
    throw new UsageError('range-empty', `${low} to ${high} is no range of ${vary}`, 'give --from and --to');
  const points = new Map<number, LimitPoint>();
  const at = async (value: number): Promise<LimitPoint> => {
    const known = points.get(value);
    if (known !== undefined) return known;
    const onProgress = (message: string): void =>
      options.onProgress?.(`value ${points.size + 1}, ${vary} = ${value}: ${message}`);
    const point = await (vary === TABS
      ? loadPointAt(value, { scenario, runs, ...options, onProgress })
      : pointAt(value, { scenario, vary, runs, ...options, onProgress }));
    points.set(value, point);
    return point;
  };
  const start = await differingFrom(await at(high), [low, parameter.default ?? low, middleOf(low, high)], at);
  const bounds = await bisect(start, await at(high), at, options.signal);
  if (bounds !== undefined && vary !== TABS) await drawCurve(bounds, low, high, at, options.signal);
  const sorted = [...points.values()].sort((a, b) => a.value - b.value);
  return {
    scenario,
    vary,
    points: sorted,
    runs: sorted.reduce((sum, point) => sum + point.runs, 0),
    valid: sorted.some(({ unknown }) => unknown > 0) || options.signal?.aborted === true ? 'unknown' : true,
    ...(bounds === undefined ? {} : { limit: limitOf(bounds, sorted) }),
  };
}

/**
 * The first of the values at which the subject behaves otherwise than at the end of the range: it may behave in the same way
 * at both ends, and not between them. The first value if there is none.
 */
async function differingFrom(
  end: LimitPoint,
  values: readonly number[],
  at: (value: number) => Promise<LimitPoint>,
): Promise<LimitPoint> {
  for (const value of values.filter((each) => each < end.value)) {
    const point = await at(value);
    if (mostHold(point) !== mostHold(end)) return point;
  }
  return at(values[0] ?? end.value);
}

interface Bounds {
  /** The greatest value at which most runs hold, and the least at which most do not; or the other way round. */
  holding: LimitPoint;
  failing: LimitPoint;
}

/** @returns `undefined` if the subject behaves in the same way at both ends */
async function bisect(
  low: LimitPoint,
  high: LimitPoint,
  at: (value: number) => Promise<LimitPoint>,
  signal: AbortSignal | undefined,
): Promise<Bounds | undefined> {
  if (mostHold(low) === mostHold(high)) return undefined;
  let bounds: Bounds = mostHold(low) ? { holding: low, failing: high } : { holding: high, failing: low };
  while (!isFine(bounds)) {
    if (signal?.aborted === true) break;
    const [a, b] = [bounds.holding.value, bounds.failing.value];
    const middle = middleOf(Math.min(a, b), Math.max(a, b));
    const point = await at(middle);
    bounds = mostHold(point) ? { ...bounds, holding: point } : { ...bounds, failing: point };
  }
  return bounds;
}

function isFine({ holding: { value: a }, failing: { value: b } }: Bounds): boolean {
  return Math.abs(a - b) <= Math.max(1, RESOLUTION * Math.max(Math.abs(a), Math.abs(b)));
}

/** Far apart, values are halved by their order of magnitude: a limit of a second is found in a range of an hour. */
function middleOf(low: number, high: number): number {
  const base = Math.max(1, low);
  if (low >= 0 && high / base > 4) return Math.round(Math.sqrt(base * high));
  return Math.round((low + high) / 2);
}

async function drawCurve(
  { holding, failing }: Bounds,
  low: number,
  high: number,
  at: (value: number) => Promise<LimitPoint>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const middle = (holding.value + failing.value) / 2;
  for (let step = -CURVE_STEPS; step <= CURVE_STEPS; step += 1) {
    const value = Math.round(middle * (1 + (CURVE_SHARE * step) / CURVE_STEPS));
    if (value < low || value > high || signal?.aborted === true) continue;
    await at(value);
  }
}

/** The limit lies between the values at which the share of runs that hold differs from one half for certain. */
function limitOf({ holding, failing }: Bounds, points: readonly LimitPoint[]): NonNullable<LimitResults['limit']> {
  const value = Math.round((holding.value + failing.value) / 2);
  const holdsBelow = holding.value < failing.value;
  const surely = (holds: boolean): LimitPoint[] =>
    points.filter(({ interval: [least, most] }) => (holds ? least > 0.5 : most < 0.5));
  const below = surely(holdsBelow).findLast((point) => point.value <= value);
  const above = surely(!holdsBelow).find((point) => point.value >= value);
  return {
    value,
    holds: holdsBelow ? 'below' : 'above',
    interval: [below?.value ?? points[0]?.value ?? value, above?.value ?? points.at(-1)?.value ?? value],
  };
}

function mostHold({ held, runs }: LimitPoint): boolean {
  return held * 2 > runs;
}

async function parameterOf(name: string, vary: string, folder = process.cwd()): Promise<Parameter> {
  const { parameters } = await (await openCatalogue(folder)).loadScenario(name);
  const parameter = Object.hasOwn(parameters, vary) ? parameters[vary] : undefined;
  if (parameter !== undefined) return parameter;
  if (vary === TABS) return TABS_RANGE;
  const known = Object.keys(parameters);
  const hint = known.length === 0 ? 'it has none: see `ratchet list`' : suggestionOf(vary, known);
  throw new UsageError('parameter-unknown', `scenario ${name} has no parameter "${vary}"`, hint);
}
