import { describe, expect, it } from 'vitest';
import { parseUrlPattern, type UrlPattern } from './url-pattern.ts';

const match = (pattern: string, url: string) => (parseUrlPattern(pattern) as UrlPattern).match(url);

describe('the pattern of a URL', () => {
  const matching: [pattern: string, url: string, captured: object][] = [
    ['/api/stories/:story/status', '/api/stories/s-1/status', { story: 's-1' }],
    ['/api/stories/:story/status', 'https://a.example:3000/api/stories/s-1/status/?x=1#y', { story: 's-1' }],
    ['/api/:kind/:id', '/api/jobs/a%2Fb', { kind: 'jobs', id: 'a/b' }],
    ['/api/*/:id', '/api/jobs/7', { id: '7' }],
    ['/status?id=:story', '/status?tab=3&id=s+1', { story: 's 1' }],
    ['/status?kind=job&id=:story', '/status?id=7&kind=job', { story: '7' }],
    ['https://A.example/x/:id', 'https://a.example/x/1', { id: '1' }],
    ['ws:', 'wss://db.example/realtime/v1/websocket', {}],
    ['/a/:__proto__', '/a/1', {}],
  ];
  it.each(matching)('%s matches %s', (pattern, url, captured) => {
    expect({ ...match(pattern, url) }).toMatchObject(captured);
  });

  const others: [pattern: string, url: string][] = [
    ['/api/stories/:story/status', '/api/stories/s-1'],
    ['/api/stories/:story/status', '/api/stories//status'],
    ['/api/stories/:story/status', 'api/stories/s-1/status'],
    ['/status?id=:story', '/status?tab=3'],
    ['/status?kind=job', '/status?kind=task'],
    ['https://a.example/x', 'https://b.example/x'],
    ['ws:', 'https://db.example/'],
    ['/x', ''],
  ];
  it.each(others)('%s does not match %s', (pattern, url) => expect(match(pattern, url)).toBeUndefined());

  it('that is not a path, or names a part twice, is refused', () => {
    expect(parseUrlPattern('api/x')).toMatch('must be a path');
    expect(parseUrlPattern('/:id/:id')).toBe('has :id twice');
  });
});
