/** The content of a picture of a run, before it is drawn. */
import { worstFirst, type Verdict } from '../../checker/verdict.ts';
import type { HistoryColumns } from '../../history/columns.ts';
import type { HistoryHeader } from '../../history/event.ts';
import { readFaults, type FaultRow } from './timeline-faults.ts';
import { timelineEvents } from './timeline-events.ts';
import { readLanes, type Lane } from './timeline-lanes.ts';
import { readReplicas, type ReplicaLane } from './timeline-replicas.ts';

export interface Timeline {
  heading: string;
  /** The title of the run and the properties of the heading. */
  details: string;
  isViolated: boolean;
  /** In nanoseconds. */
  begin: number;
  end: number;
  faults: readonly FaultRow[];
  hiddenFaultCount: number;
  /** The first contains the violation of the heading. */
  lanes: readonly Lane[];
  hiddenLaneCount: number;
  /** What the replicas had replayed of the story of the first lane. */
  replicas: readonly ReplicaLane[];
}

const LANES_MAX = 6;
const FAULT_ROWS_MAX = 8;
const REPLICAS_MAX = 3;

/** @param title title of the run; by default from the header of the history */
export function readTimeline(history: HistoryColumns, verdicts: readonly Verdict[], title?: string): Timeline {
  const violations = verdicts.flatMap(worstFirst);
  const events = timelineEvents(history);
  const lanes = readLanes(events, violations);
  const faults = readFaults(history);
  return {
    heading: violations[0]?.sentence ?? headingOf(history, verdicts),
    details: [title ?? titleOf(history.header), propertiesOf(verdicts)].filter((part) => part !== '').join(' · '),
    isViolated: verdicts.some(({ valid }) => valid === false),
    begin: history.time[0] ?? 0,
    end: history.time[history.length - 1] ?? 0,
    faults: faults.slice(0, FAULT_ROWS_MAX),
    hiddenFaultCount: Math.max(0, faults.length - FAULT_ROWS_MAX),
    lanes: lanes.slice(0, LANES_MAX),
    hiddenLaneCount: Math.max(0, lanes.length - LANES_MAX),
    replicas: readReplicas(events)
      .filter(({ key }) => key === lanes[0]?.key)
      .slice(0, REPLICAS_MAX),
  };
}

/** The heading if there is no violation. */
function headingOf({ length }: HistoryColumns, verdicts: readonly Verdict[]): string {
  if (length === 0) return 'The history has no events';
  const inconclusive = verdicts.find(({ valid }) => valid === 'unknown');
  if (inconclusive !== undefined) return `Inconclusive: ${inconclusive.reason ?? inconclusive.property}`;
  if (verdicts.some(({ valid }) => valid === false)) return 'A property is violated';
  return verdicts.length === 0 ? 'What was shown' : 'Every property holds';
}

function propertiesOf(verdicts: readonly Verdict[]): string {
  const namesOf = (valid: Verdict['valid']): string =>
    verdicts
      .filter((verdict) => verdict.valid === valid)
      .map(({ property }) => property)
      .join(', ');
  const violated = namesOf(false);
  return violated === '' ? namesOf('unknown') || namesOf(true) : `violates ${violated}`;
}

function titleOf(header: HistoryHeader | undefined): string {
  if (header === undefined) return '';
  const { subject, backend, seed, plan } = header;
  const scenario = typeof plan === 'object' && plan !== null && 'scenario' in plan ? plan.scenario : undefined;
  const parts = [scenario, subject, backend].filter((part) => typeof part === 'string');
  return [...parts, ...(typeof seed === 'number' ? [`seed ${seed}`] : [])].join(' · ');
}
