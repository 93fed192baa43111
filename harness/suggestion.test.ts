import { expect, test } from 'vitest';
import { suggestionOf } from './suggestion.ts';

const known = ['lag-timed', 'lag-exact', 'http-route', 'tab'];

test.each([
  ['lag-time', 'lag-timed'],
  ['Lag-Exakt', 'lag-exact'],
  ['route', undefined],
  ['tap', 'tab'],
  ['', undefined],
])('%s is close to %s', (name, expected) => {
  const suggestion = expected === undefined ? /^available/ : new RegExp(`^did you mean ${expected}\\?`);
  expect(suggestionOf(name, known)).toMatch(suggestion);
});

test('the hint names all, and the closest first', () => {
  expect(suggestionOf('tap', known)).toBe('did you mean tab? available: lag-timed, lag-exact, http-route, tab');
  expect(suggestionOf('x', ['one', 'two'])).toBe('available: one, two');
});
