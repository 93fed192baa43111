import { lagCases } from '../postgres/lag.case.ts';
import { startStories } from './embedded-stories.case.ts';

lagCases(startStories);
