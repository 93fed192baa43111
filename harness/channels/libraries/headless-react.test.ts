import { expect, test } from 'vitest';
import { inMacrotask, simulate, simulateBatch } from '../../simulation/simulate.ts';
import { loadHeadlessReact } from './headless-react.ts';

test('components run their effects and updates, and leave no task of the loop, also if React is loaded in a batch', async () => {
  const options = { random: () => 0.5, epochMs: 0, virtualMsMax: 1_000 };
  const outcome = await inMacrotask(() =>
    simulateBatch(() => {
      const { react, mount } = loadHeadlessReact('this test');
      return simulate(async (world) => {
        const seen: string[] = [];
        let increase = (): void => undefined;
        const Page = (): null => {
          const [count, setCount] = react.useState(0);
          react.useEffect(() => {
            increase = () => setCount(count + 1);
            seen.push(`shows ${count}`);
            return () => void seen.push(`hides ${count}`);
          }, [count]);
          return null;
        };
        const page = mount(react.createElement(Page));
        increase();
        await Promise.resolve();
        page.unmount();
        return { seen, tasks: [...world.timers].map(({ kind }) => kind) };
      }, options);
    }),
  );
  expect(outcome).toEqual({ seen: ['shows 0', 'hides 0', 'shows 1', 'hides 1'], tasks: [] });
});
