/** Finds the files of the routes of an application. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SourceFiles } from '../port/subject.ts';
import type { Route, Routes } from './routes.ts';

const EXTENSIONS = ['', '.ts', '.tsx', '.js', '.mjs'] as const;

/** `undefined` if no file of a route exists, e.g. for an application that is only a URL. */
export function sourcesOf({ status, start }: Routes, folder: string): SourceFiles | undefined {
  const [statusFile, startFile] = [fileOf(status, folder), fileOf(start, folder)];
  if (statusFile === undefined && startFile === undefined) return undefined;
  return {
    ...(statusFile === undefined ? {} : { status: statusFile }),
    ...(startFile === undefined ? {} : { start: startFile }),
  };
}

function fileOf(route: Pick<Route, 'files'> | undefined, folder: string): string | undefined {
  const candidates = (route?.files ?? []).flatMap((file) =>
    EXTENSIONS.map((ending) => resolve(folder, `${file}${ending}`)),
  );
  return candidates.find((file) => existsSync(file));
}
