import { describe, expect, it } from 'vitest';
import { refuseNullCharacters } from './null-characters.ts';

const refused = (query: string): Response | undefined =>
  refuseNullCharacters(new Request(`http://gateway/rest/v1/stories?${query}`));

describe('a null character', () => {
  it.each([
    '%00=eq.1',
    'id=eq.1&a%00b=eq.1',
    'select=id%00',
    'order=id%00',
    'columns=id,%00',
    'on_conflict=id%00',
    'or=(a%00.eq.1)',
    'and=(a%00.eq.1)',
    'author.order=name%00',
  ])('is refused in a name: %s', async (query) => {
    const answer = refused(query);
    expect(answer?.status).toBe(400);
    expect(await answer?.json()).toMatchObject({ code: 'PGRST100' });
  });

  it.each(['id=eq.%00', 'id=eq.1', 'select=id&order=id', 'id=eq.%2500&select=id', 'reorder=eq.%00'])(
    'is left to PostgreSQL in a value, and other requests pass: %s',
    (query) => {
      expect(refused(query)).toBeUndefined();
    },
  );
});
