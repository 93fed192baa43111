/** What `ratchet doctor` says of the container backend. */
import { RatchetError } from '../../errors.ts';
import type { Diagnosis } from '../../port/backend.ts';
import type { Engine } from './engine.ts';
import { asked, findEngine } from './engine.ts';
import type { ImageChoice } from './images.ts';
import { lookUp, postgresImage, restImage } from './images.ts';

export async function diagnose(): Promise<Diagnosis[]> {
  const engine = await findEngine().catch((error: unknown) => error as Error);
  if (engine instanceof Error) {
    const hint = engine instanceof RatchetError && engine.hint ? ` ${engine.hint}` : '';
    return [{ what: 'container engine', ok: false, detail: `${engine.message}${hint}` }];
  }
  const { ServerVersion: version } = (await asked(engine.docker.info())) as { ServerVersion: string };
  const images = [postgresImage(), restImage()].map((image) => describeImage(engine, image));
  return [{ what: 'container engine', ok: true, detail: `Docker ${version}` }, ...(await Promise.all(images))];
}

/** An official image that is not here yet is no fault: it is pulled when it is needed. */
async function describeImage(engine: Engine, choice: ImageChoice): Promise<Diagnosis> {
  const image = await lookUp(engine, choice);
  const what = `image of ${choice.variable.split('_')[1]!.toLowerCase()}`;
  return image
    ? { what, ok: true, detail: image.description }
    : { what, ok: false, detail: `${choice.name} is not here; docker pull ${choice.name}, or set ${choice.variable}` };
}
