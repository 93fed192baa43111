/** One observer: a tab that watches a story through a channel and displays its progress. */
import { displays } from '../channels/display/display-registry.ts';
import { channels } from '../channels/channel-registry.ts';
import { openLibrary } from '../channels/libraries/library-channel.ts';
import type { ObserverPlan } from '../plan/plan.ts';
import type { Refetch } from '../port/library.ts';
import type { AskStatus, Channel, ChannelListener, ChannelSurroundings } from '../port/channel.ts';
import type { Display, DisplayPolicy, ObservedProgress, SeenProgress, Subject } from '../port/subject.ts';
import { applicationThrew, displayThrew, requireDisplayed } from './application-failures.ts';
import { withSeen } from '../seen-progress.ts';

export interface ObserverSurroundings extends Omit<
  ChannelSurroundings,
  'subject' | 'tab' | 'listener' | 'ask' | 'storage' | 'threw'
> {
  subject: Subject;
  ask: AskStatus;
  /** Ends the run, because its history cannot be judged. */
  stop(reason: Error): void;
}

export interface ObserverActor {
  /** Watches until `signal` aborts, which is the end of the run. Resolves when no request is in flight. */
  watch(signal: AbortSignal): Promise<void>;
  /** The final look, if the tab is open. */
  look(): Promise<void>;
  /** Loads the page again: the state of the page is lost, and requests in flight are dropped. The session stays the same. */
  reload(): void;
  /** Later requests go to this instance of the application, counted from 1. The page keeps its state. */
  moveTo(instance: number): void;
  /** Goes to the page of another story: the state of the page is lost, and requests in flight are dropped. */
  navigateTo(story: string): void;
  /** The page asks anew. */
  refetch(how: Refetch): void;
  /** The page cancels its fetch. */
  cancelFetch(): void;
  /** Closes the tab before the end of the run. */
  leave(): void;
}

export function createObserver(plan: ObserverPlan, around: ObserverSurroundings): ObserverActor {
  const { clock, recorder, subject } = around;
  const { session, channel } = plan;
  const choice = plan.display === 'subject' ? subject.frontEnd.display : plan.display;
  const policy = typeof choice === 'string' ? displays[choice] : choice;
  const open = plan.library === undefined ? channels[channel] : openLibrary(channel, plan.library);
  const storage = new Map<string, unknown>();
  const runs: Promise<void>[] = [];
  let key = plan.story;
  let { instance } = plan;
  let looks = 0;
  let page: Channel | undefined;
  let end: AbortSignal;

  return {
    async watch(signal) {
      end = signal;
      page = openStory();
      // A reload adds a page to `runs` during the loop.
      for (const run of runs) await run;
    },
    async look() {
      await page?.look();
      await page?.leave?.();
    },
    reload() {
      if (page === undefined) return;
      page.close('the page was reloaded');
      page = loadPage();
    },
    moveTo(number) {
      instance = number;
    },
    navigateTo(story) {
      closePage('the page was left');
      const isOpen = page !== undefined;
      key = story;
      if (isOpen) page = openStory();
    },
    refetch: (how) => void page?.refetch?.(how),
    cancelFetch: () => page?.cancel?.(),
    leave() {
      closePage('the tab was closed');
      page = undefined;
    },
  };

  function openStory(): Channel {
    recorder.record({ process: session, session, type: 'ok', f: 'watch', key, phase: 'begin', channel });
    return loadPage();
  }

  function closePage(reason: string): void {
    if (page === undefined) return;
    page.close(reason);
    recorder.record({ process: session, session, type: 'ok', f: 'watch', key, phase: 'end' });
  }

  function loadPage(): Channel {
    const opens = { ...plan, story: key };
    const tab: { seen: SeenProgress | undefined; nextOrdinal(): number } = {
      seen: undefined,
      nextOrdinal: () => ++looks,
    };
    const value = displayOn(tab, policy, opens, around);
    const ask: ChannelSurroundings['ask'] = (request, operation) =>
      around.ask(request, operation, { story: opens.story, instance });
    const threw = (error: unknown): void => around.stop(applicationThrew(error, session, clock));
    const opened = open(opens, { ...around, tab, listener: { value }, ask, storage, threw });
    runs.push(opened.run(end));
    return opened;
  }
}

/** Handles every value that the page receives: remembers it, and shows it if the display policy says so. */
function displayOn(
  tab: { seen: SeenProgress | undefined },
  policy: DisplayPolicy,
  { session, story: key }: ObserverPlan,
  { recorder, clock, stop }: ObserverSurroundings,
): ChannelListener['value'] {
  let display: Display = showNothing;
  try {
    display = policy();
  } catch (error) {
    stop(displayThrew(error, session, clock));
  }
  return (value, arrival) => {
    tab.seen = withSeen(tab.seen, value);
    let shown: ObservedProgress | undefined;
    try {
      shown = requireDisplayed(display(value, arrival), value);
    } catch (error) {
      stop(displayThrew(error, session, clock));
    }
    if (shown === undefined) return;
    const source = arrival.by === 'read' ? { read: arrival.index } : { receive: arrival.index };
    recorder.record({ process: session, session, type: 'ok', f: 'show', key, value: { ...shown }, ...source });
  };
}

const showNothing: Display = () => false;
