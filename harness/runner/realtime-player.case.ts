/** Plays a script of transactions, subscriptions and broken connections, and tells what each channel was sent. */
import type { RealtimeChannel, SupabaseClient } from '@supabase/supabase-js';
import type { RealtimeEnvironment } from './realtime-environment.case.ts';
import { PUBLISHED_KEYS } from './realtime-schema.case.ts';
import { SESSIONS, type Binding, type Round, type Step } from './realtime-script.case.ts';

/** Frames by session and topic, in order, without the times of commits. */
export type Heard = Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>>;

/** The tables have no rows when it begins. */
export async function play(environment: RealtimeEnvironment, rounds: readonly Round[]): Promise<Heard> {
  const { service } = environment;
  for (const [table, column] of Object.entries(PUBLISHED_KEYS))
    await service.from(table).delete().not(column, 'is', null);
  const players = { ...SESSIONS, witness: undefined };
  const tabs = Object.entries(players).map(([name, claims]) => new Tab(environment, name, claims));
  for (const [at, round] of rounds.entries()) await playRound(environment, tabs, round, at + 1);
  return Object.fromEntries(tabs.map(({ name, frames }) => [name, Object.fromEntries(frames)]));
}

async function playRound(
  { service, targets, until }: RealtimeEnvironment,
  tabs: readonly Tab[],
  { steps, transactions }: Round,
  number: number,
): Promise<void> {
  const isReady = (): boolean => tabs.every((tab) => tab.isReady());
  for (const step of steps) await take(step, tabs);
  await until(isReady);
  const broken = tabs.filter(({ name }) => steps.some((step) => step.do === 'break' && step.session === name));
  const mend = broken.map((tab) => tab.break(codeOf(steps, tab)));
  await until(() => broken.every((tab) => tab.isDown()));
  const restore = steps.some((step) => step.do === 'lose-slot') ? targets.server!.loseSlot() : undefined;
  for (const changes of transactions) await service.rpc('apply_changes', { changes: JSON.stringify(changes) });
  restore?.();
  const { error } = await service.from('stories').upsert({ ...BARRIER, progress: number });
  if (error !== null) throw new Error(error.message);
  await until(() => tabs.every((tab) => broken.includes(tab) || tab.barrier === number));
  for (const each of mend) each();
  await until(isReady);
}

/** The last change of each round: who has been sent it has been sent all before it. */
const BARRIER = {
  id: 'barrier',
  generation: 1,
  status: null,
  is_public: null,
  updated_at: '2026-01-01T00:00:00+00:00',
} as const;

async function take(step: Step, tabs: readonly Tab[]): Promise<void> {
  if (step.do === 'lose-slot') return;
  const tab = tabs.find(({ name }) => name === step.session)!;
  if (step.do === 'subscribe') tab.subscribe(step.bindings);
  if (step.do === 'leave') await tab.leave(step.at);
}

function codeOf(steps: readonly Step[], { name }: Tab): number {
  const step = steps.find((each) => each.do === 'break' && each.session === name);
  return step?.do === 'break' ? step.code : 1006;
}

class Tab {
  readonly name: string;
  /** By topic. */
  readonly frames = new Map<string, unknown[]>();
  /** The number of the last round whose end it was sent. */
  barrier = 0;
  readonly #environment: RealtimeEnvironment;
  readonly #client: SupabaseClient;
  readonly #channels: RealtimeChannel[] = [];
  /** How often each topic has been joined. */
  readonly #joins = new Map<string, number>();
  #status = '';
  #subscriptions = 0;

  constructor(environment: RealtimeEnvironment, name: string, claims: Record<string, unknown> | undefined) {
    this.name = name;
    this.#environment = environment;
    this.#client = environment.open(name, { claims, onFrame: (text) => this.#hear(text) });
    this.#join('barrier', [{ event: '*', table: 'stories', filter: `id=eq.${BARRIER.id}` }]).subscribe(
      (status) => (this.#status = status),
    );
  }

  subscribe(bindings: readonly Binding[]): void {
    this.#subscriptions += 1;
    this.#channels.push(this.#join(`subscription-${this.#subscriptions}`, bindings).subscribe());
  }

  /** @param at of its channels, modulo their number */
  async leave(at: number): Promise<void> {
    const [channel] = this.#channels.splice(at % this.#channels.length, 1);
    if (channel === undefined) return;
    const { topic } = channel;
    this.#joins.delete(topic);
    await this.#client.removeChannel(channel);
    await this.#environment.until(() => this.#count(topic, 'phx_close') > 0);
  }

  /** @returns a function by which the connection works again */
  break(code: number): () => void {
    const { targets } = this.#environment;
    const thaw = targets.freeze(this.name);
    targets.closeSocket(this.name, code);
    for (const [topic, joins] of this.#joins) this.#joins.set(topic, joins + 1);
    return thaw;
  }

  isDown(): boolean {
    return this.#status === 'CHANNEL_ERROR';
  }

  /** Whether all subscriptions are in effect. */
  isReady(): boolean {
    return [...this.#joins].every(([topic, joins]) => this.#count(topic, 'system') === joins);
  }

  #join(name: string, bindings: readonly Binding[]): RealtimeChannel {
    const channel = this.#client.channel(name);
    for (const { event, ...where } of bindings)
      channel.on('postgres_changes', { event: event as '*', schema: 'public', ...where }, () => undefined);
    this.#joins.set(channel.topic, 1);
    return channel;
  }

  #count(topic: string, event: string): number {
    return (this.frames.get(topic) ?? []).filter((frame) => (frame as { event: string }).event === event).length;
  }

  #hear(text: string): void {
    const [, , topic, event, payload] = JSON.parse(text) as [unknown, unknown, string, string, Payload];
    if (topic === 'phoenix') return;
    delete payload.data?.commit_timestamp;
    const frames = this.frames.get(topic) ?? [];
    this.frames.set(topic, frames);
    frames.push({ event, payload });
    if (topic === 'realtime:barrier' && payload.data !== undefined) this.barrier = payload.data.record.progress;
  }
}

interface Payload {
  data?: { commit_timestamp?: string; record: { progress: number } };
}
