/** Undoes what has been written to the files of an engine since a moment: a log of the old contents, applied backwards. */
import type { EngineFiles, FileNode, FileStream, FolderContents } from './engine-module.ts';

type Undo = () => void;

export class FileUndo {
  readonly #files: EngineFiles;
  readonly #log: Undo[] = [];
  readonly #folders = new Map<FileNode, FolderContents>();
  #streams: { stream: FileStream; fd: number; position: number; flags: number }[] = [];
  #streamsLength = 0;
  #inode = 0;

  /** Begins to log. `folder` is any folder, `file` any file of the engine. */
  constructor(files: EngineFiles, folder: string, file: string) {
    this.#files = files;
    this.keep();
    this.#watchFolders(files.lookupPath(folder).node);
    this.#watchFiles(files.lookupPath(file).node);
  }

  /** From now on, `restore` returns to the current state. */
  keep(): void {
    const { streams, nextInode } = this.#files;
    this.#log.length = 0;
    this.#folders.clear();
    this.#inode = nextInode;
    this.#streamsLength = streams.length;
    this.#streams = streams.flatMap((stream, fd) =>
      stream ? [{ stream, fd, position: stream.position, flags: stream.flags }] : [],
    );
  }

  restore(): void {
    for (let undo = this.#log.pop(); undo !== undefined; undo = this.#log.pop()) undo();
    // The order of the names in a folder is part of its state.
    for (const [folder, contents] of this.#folders) folder.contents = contents;
    this.#folders.clear();
    const { streams } = this.#files;
    streams.length = 0;
    streams.length = this.#streamsLength;
    for (const { stream, fd, position, flags } of this.#streams) {
      streams[fd] = stream;
      Object.assign(stream, { fd, position, flags });
    }
    this.#files.nextInode = this.#inode;
  }

  /** The operations are shared by all files, so that replacing those of one replaces them for each. */
  #watchFiles({ node_ops, stream_ops }: FileNode): void {
    const { setattr } = node_ops;
    node_ops.setattr = (node, attributes) => {
      if (attributes.size !== undefined) this.#keepFile(node, 0, 0);
      setattr(node, attributes);
    };
    const { write } = stream_ops;
    stream_ops.write = (stream, bytes, offset, length, position, canOwn) => {
      this.#keepFile(stream.node, position, length);
      return write(stream, bytes, offset, length, position, canOwn);
    };
  }

  #keepFile(node: FileNode, position: number, length: number): void {
    const { usedBytes } = node;
    const contents = node.contents as Uint8Array;
    const old = contents.slice(position, Math.min(position + length, usedBytes));
    this.#log.push(() => {
      contents.set(old, Math.min(position, contents.length - old.length));
      Object.assign(node, { contents, usedBytes });
    });
  }

  #watchFolders({ node_ops }: FileNode): void {
    const files = this.#files;
    const { mknod, rename, unlink, rmdir, symlink } = node_ops;
    node_ops.mknod = (parent, name, mode, device) => {
      this.#keepFolder(parent);
      const node = mknod(parent, name, mode, device);
      this.#log.push(() => files.hashRemoveNode(node));
      return node;
    };
    node_ops.symlink = (parent, name, target) => {
      this.#keepFolder(parent);
      const node = symlink(parent, name, target);
      this.#log.push(() => files.hashRemoveNode(node));
      return node;
    };
    const removal =
      (remove: typeof unlink): typeof unlink =>
      (parent, name) => {
        this.#keepFolder(parent);
        const node = nodeIn(parent, name);
        remove(parent, name);
        if (node !== undefined) this.#log.push(() => files.hashAddNode(node));
      };
    node_ops.unlink = removal(unlink);
    node_ops.rmdir = removal(rmdir);
    node_ops.rename = (node, folder, name) => {
      const { parent, name: oldName } = node;
      this.#keepFolder(parent);
      this.#keepFolder(folder);
      const replaced = nodeIn(folder, name);
      rename(node, folder, name);
      this.#log.push(() => {
        files.hashRemoveNode(node);
        Object.assign(node, { parent, name: oldName });
        files.hashAddNode(node);
        if (replaced !== undefined) files.hashAddNode(replaced);
      });
    };
  }

  #keepFolder(folder: FileNode): void {
    if (!this.#folders.has(folder)) this.#folders.set(folder, { ...(folder.contents as FolderContents) });
  }
}

function nodeIn(folder: FileNode, name: string): FileNode | undefined {
  return (folder.contents as FolderContents)[name];
}
