import { expect, it } from 'vitest';
import { Pace, paceText } from './pace.ts';

it('tells the rate and the time left, once something is done', () => {
  let seconds = 5;
  const clock = { now: () => seconds * 1e9, sleep: async () => undefined };
  const pace = new Pace(clock, 'runs', 25);
  expect(pace.after(0)).toBe('');
  seconds = 9;
  expect(pace.after(0)).toBe('');
  expect(pace.after(5)).toBe(', 1.3 runs/s, 16 s left');
  expect(new Pace(clock, 'MB', undefined).after(1)).toBe('');
  const other = new Pace(clock, 'MB', undefined);
  seconds = 10;
  expect(other.after(120)).toBe(', 120 MB/s');
});

it('tells a time left in the unit that a reader would use', () => {
  const left = [0.2, 1, 99, 100, 5_999, 7_200].map((seconds) => paceText(undefined, 'runs', seconds));
  expect(left).toEqual([
    ', less than 1 s left',
    ', 1 s left',
    ', 99 s left',
    ', 2 min left',
    ', 100 min left',
    ', 2 h left',
  ]);
});
