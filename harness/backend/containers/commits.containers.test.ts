import { commitsCases } from '../postgres/commit-feed.case.ts';
import { storiesOn } from '../postgres/stories.case.ts';
import { containersBackend } from './containers.ts';

commitsCases(storiesOn(containersBackend));
