import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { thisOwner } from '../lifetime/owner.ts';
import { parsePlan } from '../plan/plan.ts';
import { lastFailed } from './last-failed.ts';
import { pruneReports } from './retention.ts';
import { findReports, isInUse } from './saved-reports.ts';
import { createRunFolder } from './store.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ratchet-retention-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A process that has ended. */
const ENDED = { ...thisOwner(), started: 'before' };

interface Report {
  scenario?: string;
  subject?: string;
  owner?: object | undefined;
  valid?: boolean | 'unknown' | undefined;
}

/** A report of a command that has ended, a minute apart from the others. */
function report(minute: number, { scenario = 'lag', subject = 'mine', ...given }: Report = {}): string {
  const stamp = `20260101T00${String(minute).padStart(2, '0')}00.000Z-1`;
  const path = join(root, scenario, subject, stamp);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'plan.json'), '{}');
  writeFileSync(join(path, 'history.ndjson'), '{"history":1}\n');
  const { owner = { ...ENDED, pid: minute }, valid = true } = given;
  if (!('owner' in given) || given.owner !== undefined) writeFileSync(join(path, 'owner.json'), JSON.stringify(owner));
  if (!('valid' in given) || given.valid !== undefined)
    writeFileSync(join(path, 'verdict.json'), JSON.stringify({ valid }));
  return path;
}

function age(path: string): void {
  const old = new Date('2026-01-01');
  utimesSync(join(path, 'history.ndjson'), old, old);
}

const reasons = (keep: number): string[] => pruneReports(root, keep).kept.map(({ reason }) => reason);

describe('retention', () => {
  it('keeps the newest reports of each scenario', () => {
    const lag = [1, 2, 3, 4].map((minute) => report(minute, { subject: minute % 2 === 0 ? 'mine' : 'other' }));
    const race = [1, 2].map((minute) => report(minute, { scenario: 'race' }));
    expect(pruneReports(root, 2).removed.map(({ path }) => path)).toEqual([lag[1], lag[0]]);
    expect([...lag, ...race].filter(existsSync)).toEqual([lag[2], lag[3], ...race]);
    expect(pruneReports(root, 2)).toEqual({ removed: [], kept: [] });
    expect(pruneReports(root, Number.POSITIVE_INFINITY)).toEqual({ removed: [], kept: [] });
  });

  it('keeps the reports of commands that are running, and of this one', () => {
    const [running] = [report(1, { owner: thisOwner(), valid: undefined }), report(2)];
    expect(reasons(1)).toEqual(['its command is running']);
    expect(existsSync(running)).toBe(true);
  });

  it('keeps for a day what another host or container may be writing', () => {
    const elsewhere = report(1, { owner: { ...thisOwner(), where: 'another host' } });
    report(2);
    expect(reasons(1)).toEqual(['its command is running']);
    age(elsewhere);
    expect(pruneReports(root, 1).removed).toHaveLength(1);
  });

  it('keeps for a day what has neither an owner nor a verdict', () => {
    const path = report(1, { owner: undefined, valid: undefined });
    report(2);
    expect(reasons(1)).toEqual(['its command is running']);
    age(path);
    expect(pruneReports(root, 1).removed).toHaveLength(1);
  });

  it('keeps the report that `latest` points to', () => {
    const [old] = [report(1), report(2)];
    symlinkSync(old.slice(root.length + 1), join(root, 'latest'));
    expect(reasons(1)).toEqual(['`latest` points to it']);
  });

  it('removes nothing that it has not written', () => {
    const [commented] = [report(1), report(2)];
    writeFileSync(join(commented, 'why.md'), 'ours');
    const mine = ['lag/mine/notes', 'lag/notes', 'lag/mine/20260101T000000.000Z-9'].map((path) => join(root, path));
    for (const path of mine) mkdirSync(path);
    const elsewhere = `${root}-elsewhere`;
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'plan.json'), '{}');
    symlinkSync(elsewhere, join(root, 'lag/mine/20260101T000000.000Z-8'));
    expect(reasons(1)).toEqual(['it contains why.md, which Ratchet has not written']);
    expect(readdirSync(commented).toSorted()).toEqual([
      'history.ndjson',
      'owner.json',
      'plan.json',
      'verdict.json',
      'why.md',
    ]);
    expect([...mine, join(elsewhere, 'plan.json')].every(existsSync)).toBe(true);
    rmSync(elsewhere, { recursive: true });
  });

  it('finds what a run has made, and knows that its command is running', () => {
    const plan = parsePlan(
      {
        plan: 1,
        scenario: 'tiny',
        seed: 7,
        generations: [{ worker: 'w', story: 's', steps: [{ progress: 1, after_ms: 0 }] }],
        observers: [],
        properties: ['integrity'],
      },
      'test',
    );
    const folder = createRunFolder(root, plan, 'mine');
    folder.close();
    const [found] = findReports(root);
    expect(found).toMatchObject({ path: folder.path, scenario: 'tiny', subject: 'mine' });
    expect(isInUse(found!)).toBe(true);
  });
});

describe('the scenarios that failed last', () => {
  it('are those whose last run did not pass, with this subject', () => {
    report(1, { scenario: 'repaired', valid: false });
    report(2, { scenario: 'repaired' });
    report(3, { scenario: 'violated', valid: false });
    report(4, { scenario: 'inconclusive', valid: 'unknown' });
    report(5, { scenario: 'killed', valid: undefined });
    report(6, { scenario: 'of-other', subject: 'other', valid: false });
    expect(lastFailed(root, 'mine')).toEqual(['killed', 'inconclusive', 'violated']);
  });

  it('are judged by all runs of the last command', () => {
    const command = { ...ENDED, pid: 7 };
    report(1, { owner: command, valid: false });
    report(2, { owner: command });
    expect(lastFailed(root, 'mine')).toEqual(['lag']);
    report(3);
    expect(lastFailed(root, 'mine')).toEqual([]);
  });

  it('are none without reports', () => {
    expect(lastFailed(join(root, 'none'), 'mine')).toEqual([]);
  });
});
