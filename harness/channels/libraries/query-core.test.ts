import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { Library } from '../../plan/library-plan.ts';
import type { CachedProgress, LibraryTools } from '../../port/library.ts';
import { inMacrotask, simulate } from '../../simulation/simulate.ts';
import type { World } from '../../simulation/world.ts';
import { loadHeadlessReact } from './headless-react.ts';
import { loadQueryCore } from './query-core.ts';

const require = createRequire(import.meta.url);
const EVERY_MS = 50;
const ANSWERS_MS = [20, 120, 30, 70, 10, 40];

/** What a page shows, and when, if the answers to its fetches take so long. */
async function shownBy(world: World, open: (tools: LibraryTools) => () => void): Promise<string[]> {
  const clock = world.clock();
  const shown: string[] = [];
  let fetches = 0;
  const close = open({
    settings: Library.parse({ name: 'query-core' }),
    key: 'story-1',
    everyMs: EVERY_MS,
    storage: new Map(),
    async fetch() {
      const ordinal = ++fetches;
      await clock.sleep(ANSWERS_MS[ordinal - 1] ?? 1_000);
      return { value: { generation: 1, progress: ordinal }, ordinal, by: 'read', index: 0, atMs: 0 };
    },
    tell: () => undefined,
    show: ({ ordinal }) => void shown.push(`${ordinal} at ${Math.round(clock.now() / 1e6)} ms`),
    sleep: (milliseconds) => clock.sleep(milliseconds),
  });
  await clock.sleep(900);
  close();
  return shown;
}

/** The hook of the documentation, in a component that shows its data. */
function openHook(tools: LibraryTools): () => void {
  const { QueryClient, QueryClientProvider, useQuery } =
    require('@tanstack/react-query') as typeof import('@tanstack/react-query');
  const { react, mount } = loadHeadlessReact('this test');
  const client = new QueryClient();
  const Page = (): null => {
    const { data } = useQuery<CachedProgress>({
      queryKey: ['progress', tools.key],
      queryFn: () => tools.fetch(),
      refetchInterval: tools.everyMs,
      structuralSharing: false,
    });
    react.useEffect(() => {
      if (data !== undefined) tools.show(data);
    }, [data]);
    return null;
  };
  const page = mount(react.createElement(QueryClientProvider, { client }, react.createElement(Page)));
  return () => {
    page.unmount();
    client.clear();
  };
}

test('a page with QueryObserver shows what one with the hook of React shows, at the same times', async () => {
  const library = loadQueryCore();
  const options = { random: () => 0.5, epochMs: 0, virtualMsMax: 5_000 };
  const run = (open: (tools: LibraryTools) => () => void): Promise<string[]> =>
    inMacrotask(() => simulate((world) => shownBy(world, open), options));
  const observed = await run((tools) => {
    const view = library.open(tools);
    view.start();
    return () => view.close();
  });
  expect(observed).toHaveLength(ANSWERS_MS.length);
  expect(await run(openHook)).toEqual(observed);
});
