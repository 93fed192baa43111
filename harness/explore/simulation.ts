import type { Subject } from '../subject/subject.ts';
import type { Simulate } from './trial.ts';
export async function openSimulation(_subject: Subject): Promise<Simulate> {
  throw new Error('soon');
}
