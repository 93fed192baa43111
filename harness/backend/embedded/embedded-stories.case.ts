export * from '../postgres/stories.case.ts';
import { storiesOn } from '../postgres/stories.case.ts';
import { embeddedBackend } from './embedded.ts';

export const startStories = storiesOn(embeddedBackend);
