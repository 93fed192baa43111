/** The files of a folder as one sequence of bytes: their names and sizes as JSON, whose length comes first, then their contents. */
import type { EngineFiles, FileNode } from './engine-module.ts';

interface Entry {
  /** Relative to the folder. */
  path: string;
  /** In bytes; absent for a folder. */
  size?: number;
}

const LENGTH_BYTES = 4;

export function pack(files: EngineFiles, folder: string): Uint8Array {
  const entries: Entry[] = [];
  const contents: Uint8Array[] = [];
  const visit = (node: FileNode, path: string): void => {
    if (files.isDir(node.mode)) {
      entries.push({ path });
      for (const [name, child] of Object.entries(node.contents)) visit(child, `${path}/${name}`);
    } else {
      const bytes = files.readFile(`${folder}${path}`);
      entries.push({ path, size: bytes.length });
      contents.push(bytes);
    }
  };
  visit(files.lookupPath(folder).node, '');
  const index = Buffer.from(JSON.stringify(entries));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(index.length);
  return Buffer.concat([length, index, ...contents]);
}

/** Writes the files into a folder. Their contents remain parts of `archive`, which must have no other use. */
export function unpack(files: EngineFiles, folder: string, archive: Uint8Array): void {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  let at = LENGTH_BYTES + bytes.readUInt32LE();
  for (const { path, size } of JSON.parse(bytes.toString('utf8', LENGTH_BYTES, at)) as Entry[]) {
    if (size === undefined) files.mkdirTree(`${folder}${path}`);
    else files.writeFile(`${folder}${path}`, archive.subarray(at, at + size), { canOwn: true });
    at += size ?? 0;
  }
}
