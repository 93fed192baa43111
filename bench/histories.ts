/** Generates deterministic histories of any size, as chunks of text. */

/** The history of a service: workers write stories, the database commits them, tabs poll and show them. */
export function* serviceHistory(events: number): Generator<Buffer> {
  const random = randomFrom(7);
  const stories = Array.from({ length: 200 }, () => ({ generation: 1, progress: 0 }));
  const lines = new Lines(events);
  while (lines.isOpen) {
    const at = Math.floor(random() * stories.length);
    const story = stories[at]!;
    const key = `story-${at}`;
    if (random() < 0.1) {
      advance(story);
      const value = valueOf(story);
      lines.add({ process: `worker-${at}`, type: 'invoke', f: 'write', key, value });
      lines.add({
        process: 'db',
        type: 'ok',
        f: 'commit',
        key,
        value,
        lsn: `0/${(lines.count * 64).toString(16).toUpperCase()}`,
      });
      lines.add({ process: `worker-${at}`, type: 'ok', f: 'write', key, value });
    } else {
      const session = `tab-${at}-${Math.floor(random() * 5)}`;
      const value = valueOf(story);
      lines.add({ process: `${session}/poll`, session, type: 'invoke', f: 'read', key });
      lines.add({
        process: `${session}/poll`,
        session,
        type: 'ok',
        f: 'read',
        key,
        value,
        served_by: 'replica-1',
        lsn: '0/3A1F0',
        attempts: 1,
      });
      lines.add({ process: session, session, type: 'ok', f: 'show', key, value });
    }
    yield* lines.full();
  }
  yield* lines.rest();
}

/** The history of atomic registers with concurrent processes; every write has a unique value. */
export function* registerHistory(operations: number, keys: number, processes = 8): Generator<Buffer> {
  const random = randomFrom(11);
  const registers: (number | null)[] = Array.from({ length: keys }, () => null);
  const flight: ({ key: number; f: string; value: number | null; hasHappened: boolean } | undefined)[] = Array.from({
    length: processes,
  });
  const lines = new Lines(operations * 2);
  let [begun, unique] = [0, 0];
  while (lines.isOpen) {
    const process = Math.floor(random() * processes);
    const operation = flight[process];
    if (operation === undefined) {
      if (begun++ >= operations) continue;
      const key = Math.floor(random() * keys);
      const write = random() < 0.5 ? ++unique : null;
      const f = write === null ? 'read' : 'write';
      flight[process] = { key, f, value: write, hasHappened: false };
      lines.add({ process, type: 'invoke', f, key: `r${key}`, value: write });
    } else if (!operation.hasHappened) {
      operation.hasHappened = true;
      if (operation.f === 'write') registers[operation.key] = operation.value;
      else operation.value = registers[operation.key]!;
    } else {
      flight[process] = undefined;
      lines.add({ process, type: 'ok', f: operation.f, key: `r${operation.key}`, value: operation.value });
    }
    yield* lines.full();
  }
  yield* lines.rest();
}

/** Advances the progress, or starts a new generation if the last one is complete. */
function advance(story: { generation: number; progress: number }): void {
  if (story.progress < 100) story.progress += 5;
  else {
    story.generation += 1;
    story.progress = 0;
  }
}

function valueOf({ generation, progress }: { generation: number; progress: number }): object {
  return { generation, progress, status: progress === 100 ? 'completed' : 'generating' };
}

const chunkLength = 1024 * 1024;

class Lines {
  count = 0;
  readonly #max: number;
  #text = '';

  constructor(max: number) {
    this.#max = max;
  }

  get isOpen(): boolean {
    return this.count < this.#max;
  }

  add(event: object): void {
    this.#text += `${JSON.stringify({ index: this.count, time: this.count * 25_000, ...event })}\n`;
    this.count += 1;
  }

  *full(): Generator<Buffer> {
    if (this.#text.length > chunkLength) yield* this.rest();
  }

  *rest(): Generator<Buffer> {
    yield Buffer.from(this.#text);
    this.#text = '';
  }
}

/** Random numbers in [0, 1) by mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
