import { lagCases } from '../postgres/lag.case.ts';
import { storiesOn } from '../postgres/stories.case.ts';
import { containersBackend } from './containers.ts';

lagCases(storiesOn(containersBackend));
