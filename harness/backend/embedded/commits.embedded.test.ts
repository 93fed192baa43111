import { commitsCases } from '../postgres/commit-feed.case.ts';
import { startStories } from './embedded-stories.case.ts';

commitsCases(startStories);
