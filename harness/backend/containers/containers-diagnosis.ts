/** The diagnosis of the containers backend for `ratchet doctor`. */
import { RatchetError } from '../../errors.ts';
import type { Diagnosis } from '../../port/backend.ts';
import type { Engine } from './engine.ts';
import { withEngineTimeout, findEngine } from './engine.ts';
import type { ImageChoice } from './images.ts';
import { lookUp, postgresImage, restImage } from './images.ts';

export async function diagnose(): Promise<Diagnosis[]> {
  const engine = await findEngine().catch((error: unknown) => error as Error);
  if (engine instanceof Error) {
    const hint = engine instanceof RatchetError && engine.hint ? ` ${engine.hint}` : '';
    return [{ what: 'container engine', ok: false, detail: `${engine.message}${hint}` }];
  }
  const { ServerVersion: version } = (await withEngineTimeout(engine.docker.info())) as { ServerVersion: string };
  const images = [postgresImage(), restImage()].map((image) => describeImage(engine, image));
  return [{ what: 'container engine', ok: true, detail: `Docker ${version}` }, ...(await Promise.all(images))];
}

/** A missing image is reported, though a run would pull it. */
async function describeImage(engine: Engine, choice: ImageChoice): Promise<Diagnosis> {
  const image = await lookUp(engine, choice);
  const [, server = ''] = choice.variable.split('_');
  const what = `image of ${server.toLowerCase()}`;
  return image
    ? { what, ok: true, detail: image.description }
    : { what, ok: false, detail: `${choice.name} is missing; docker pull ${choice.name}, or set ${choice.variable}` };
}
