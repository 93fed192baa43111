import { describe, expect, it } from 'vitest';
import { refuseReservedNames } from './reserved-names.ts';

const refused = (query: string, path = 'stories'): Response | undefined =>
  refuseReservedNames(new Request(`http://gateway/rest/v1/${path}?${query}`));

describe('a name that every object has', () => {
  it.each(['__proto__=eq.x', 'id=eq.1&constructor=eq.x', 'a.prototype=eq.x', 'data->__proto__=eq.x'])(
    'is no column: %s',
    async (query) => {
      expect(await refused(query)?.json()).toMatchObject({ code: '42703' });
    },
  );

  it.each([
    'id=constructor.1',
    'id=not.valueOf.1',
    'id=toString(any).1',
    'or=(id.eq.1,id.__proto__.2)',
    'or=(id.eq.1,and(id.gt.0,id.not.hasOwnProperty.2))',
    'or=id.valueOf',
    'order=id.constructor',
    'order=id.desc.toString',
  ])('is neither an operator nor a modifier: %s', async (query) => {
    const answer = refused(query);
    expect(answer?.status).toBe(400);
    expect(await answer?.json()).toMatchObject({
      code: 'PGRST100',
      message: expect.stringContaining('failed to parse') as string,
    });
    expect(refused(query, 'rpc/find')?.status).toBe(400);
  });

  it.each([
    'name=eq.constructor',
    'or=(name.eq.constructor,name.eq.valueOf)',
    'select=id,constructor',
    'order=id.desc',
    'id=in.(1,2)',
  ])('may be a value, and other requests pass: %s', (query) => {
    expect(refused(query)).toBeUndefined();
  });
});
