/** Removes the containers, networks and volumes of dead runs, like the start of the next run. */
import { findEngine } from '../harness/backend/containers/engine.ts';
import { sweep } from '../harness/backend/containers/removal.ts';

await sweep(await findEngine());
process.exit(0);
