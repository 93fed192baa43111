import { describe, expect, it } from 'vitest';
import type { Plan } from '../../plan/plan.ts';
import { applyChange, follows, idOf, type Choice } from './choice.ts';
import { familiesOf, inTurn, type ChoiceCapabilities } from './choices.ts';
import { Enumerator, unitsOf } from './enumerator.ts';
import { fakeBase, fakeProbe } from './fake-probe.test-support.ts';

const can: ChoiceCapabilities = { steps: true, rerun: true, restart: true, skew: true };
const run = fakeProbe();

/** Also collects the plans with two deviations that are tried after a first one. */
function open() {
  let tried: Plan[] = [];
  const recording = (plan: Plan) => {
    tried.push(plan);
    return run(plan);
  };
  const enumerator = new Enumerator({ base: fakeBase, capabilitiesOf: () => can, run: recording });
  const firsts = enumerator.first(0, enumerator.facts().families, true);
  const plansAfter = (first: Choice): Plan[] => {
    tried = [];
    const units = unitsOf(firsts).filter((unit) => unit.first === first);
    for (const unit of units) expect(enumerator.second(unit).runs).toBe(unit.plans);
    return tried;
  };
  return { firsts, plansAfter };
}

function choicesAfter(plan: Plan): Choice[] {
  return familiesOf(run(plan), can, []).flatMap(({ choices }): Choice[] => choices);
}

const text = (plan: Plan): string => JSON.stringify(plan);

describe('an enumeration', () => {
  it('has no plan twice', () => {
    const { firsts, plansAfter } = open();
    const plans = [
      fakeBase,
      ...firsts.map(({ choice }) => applyChange(fakeBase, choice.change)),
      ...firsts.flatMap(({ choice }) => plansAfter(choice)),
    ].map(text);
    expect(plans.length).toBeGreaterThan(1_000);
    expect(new Set(plans).size).toBe(plans.length);
  });

  it('has as many plans as a brute-force count of all ordered pairs of choices', () => {
    const { firsts, plansAfter } = open();
    const counted = firsts.map(({ choice }) => {
      const after = choicesAfter(applyChange(fakeBase, choice.change));
      return after.filter(
        (second) =>
          (second.fire > choice.fire || (second.fire === choice.fire && idOf(second) > idOf(choice))) &&
          second.slots.every((slot) => !choice.slots.includes(slot)),
      ).length;
    });
    expect(firsts.map(({ choice }) => plansAfter(choice).length)).toEqual(counted);
    const units = unitsOf(firsts).reduce((sum, { plans }) => sum + plans, 0);
    expect(units).toBe(counted.reduce((sum, count) => sum + count, 0));
  });

  it('combines each pair of choices of the base exactly once, if the later one still exists after the earlier', () => {
    const { firsts } = open();
    const base = firsts.map(({ choice }) => choice);
    const after = new Map(base.map((choice) => [idOf(choice), choicesAfter(applyChange(fakeBase, choice.change))]));
    const isCombined = (first: Choice, second: Choice): boolean =>
      after.get(idOf(first))?.some((each) => idOf(each) === idOf(second) && follows(each, first)) === true;
    let combined = 0;
    for (const [at, one] of base.entries()) {
      for (const other of base.slice(at + 1)) {
        const ways = Number(isCombined(one, other)) + Number(isCombined(other, one));
        expect(ways).toBeLessThanOrEqual(1);
        combined += ways;
      }
    }
    expect(combined).toBeGreaterThan(500);
  });

  it('takes second choices from the run of the first: a request that is sent again', () => {
    const { firsts, plansAfter } = open();
    const isDrop = ({ kind, change }: Choice): boolean =>
      kind === 'http-drop' && text(change as never).includes('"actor":"tab-1","method":"GET","nth":3');
    const drop = firsts.map(({ choice }) => choice).find(isDrop)!;
    const plans = plansAfter(drop);
    expect(plans.some(({ faults }) => faults.some((fault) => 'match' in fault && fault.match.nth === 4))).toBe(true);
  });

  it('does not extend a plan that fails', () => {
    const failing = fakeProbe(({ faults }) =>
      faults.some(({ kind }) => kind === 'http-error') ? { kind: 'violation', what: 'integrity' } : undefined,
    );
    const enumerator = new Enumerator({ base: fakeBase, capabilitiesOf: () => can, run: failing });
    const firsts = enumerator.first(0, enumerator.facts().families, true);
    const extended = firsts.filter(({ seconds }) => Object.keys(seconds).length > 0);
    expect(extended.length).toBeGreaterThan(20);
    expect(extended.every(({ failing: found }) => found === undefined)).toBe(true);
  });

  it('tries the kinds of pairs in turn', () => {
    const { firsts } = open();
    const pairs = unitsOf(firsts).map(({ first, kind }) => `${first.kind} ${kind}`);
    const distinct = new Set(pairs).size;
    expect(new Set(pairs.slice(0, distinct)).size).toBe(distinct);
    expect(inTurn([[1, 2, 3], [4], [5, 6]])).toEqual([1, 4, 5, 2, 6, 3]);
  });
});
