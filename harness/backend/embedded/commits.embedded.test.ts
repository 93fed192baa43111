import { commitsCases } from '../postgres/commits.case.ts';
import { startStories } from './stories.case.ts';

commitsCases(startStories);
