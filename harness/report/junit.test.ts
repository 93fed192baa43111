import { describe, expect, it } from 'vitest';
import { judge } from '../checker/compose.ts';
import { asColumns } from '../history/columns-builder.ts';
import { historyOf, show } from '../history/history.test-support.ts';
import { formatJunit } from './junit.ts';

const file = (name: string, sessions: readonly string[]) => {
  const shows = sessions.flatMap((session) => [show(session, { progress: 85 }), show(session, { progress: 10 })]);
  const history = asColumns(historyOf(shows));
  return {
    file: name,
    history,
    verdicts: judge(history, ['monotonic-view', 'monotonic-reads', 'monotonic-commits']).verdicts,
  };
};

describe('JUnit XML', () => {
  it('has a suite for each file and a case for each property, with the story of what does not hold', () => {
    expect(formatJunit([file('a.ndjson', ['tab-1']), file('b.ndjson', [])])).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuites name="ratchet check" tests="6" failures="1" errors="2">',
        '  <testsuite name="a.ndjson" tests="3" failures="1" errors="1">',
        '    <testcase classname="a.ndjson" name="monotonic-view">',
        '      <failure message="tab-1 saw story-1 go from 85% back to 10%">tab-1 saw story-1 go from 85% back to 10%',
        '   0.000 s  tab-1 was shown 85%',
        '   0.001 s  tab-1 was shown 10%</failure>',
        '    </testcase>',
        '    <testcase classname="a.ndjson" name="monotonic-reads"/>',
        '    <testcase classname="a.ndjson" name="monotonic-commits">',
        '      <error message="the history has no commit events"/>',
        '    </testcase>',
        '  </testsuite>',
        '  <testsuite name="b.ndjson" tests="3" failures="0" errors="1">',
        '    <testcase classname="b.ndjson" name="monotonic-view"/>',
        '    <testcase classname="b.ndjson" name="monotonic-reads"/>',
        '    <testcase classname="b.ndjson" name="monotonic-commits">',
        '      <error message="the history has no commit events"/>',
        '    </testcase>',
        '  </testsuite>',
        '</testsuites>',
      ].join('\n'),
    );
  });

  it('tells the first ten violations', () => {
    const sessions = Array.from({ length: 12 }, (_, at) => `tab-${at}`);
    const xml = formatJunit([file('a.ndjson', sessions)]);
    expect(xml.match(/^(?:.*>)?tab-\d+ saw/gm)).toHaveLength(10);
  });

  it('escapes what names may hold, and replaces what XML cannot', () => {
    const xml = formatJunit([file('<&">.ndjson', ['a\u0000\uD800<b>&"'])]);
    expect(xml).toContain('name="&lt;&amp;&quot;&gt;.ndjson"');
    expect(xml).toContain('message="a\uFFFD\uFFFD&lt;b&gt;&amp;&quot; saw story-1');
    expect([xml.includes('\u0000'), xml.includes('\uD800')]).toEqual([false, false]);
  });
});
