import { closeSync, openSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../make-folder.ts';
import type { Output } from '../port/reporter.ts';
import { writing } from '../writing.ts';

/** The file of a reporter. The text has been handed to the operating system when `write` returns. */
export class FileOutput implements Output {
  readonly file: string;
  #descriptor: number | undefined;

  constructor(file: string) {
    this.file = file;
  }

  /**
   * Creates the folder and truncates the file; does nothing if the file is open.
   * @throws EnvironmentError if it cannot be written
   */
  open(): void {
    this.#onDisk(() => {
      if (this.#descriptor !== undefined) return;
      makeFolder(dirname(this.file));
      this.#descriptor = openSync(this.file, 'w');
    });
  }

  /** @throws EnvironmentError if it cannot be written */
  write(text: string): void {
    this.open();
    this.#onDisk(() => writeFileSync(this.#descriptor!, text));
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #onDisk(work: () => void): void {
    writing(this.file, 'reporter-unwritable', 'choose another file with --reporter NAME=FILE', work);
  }
}
