import { lagCases } from '../postgres/lag.case.ts';
import { startStories } from './stories.case.ts';

lagCases(startStories);
