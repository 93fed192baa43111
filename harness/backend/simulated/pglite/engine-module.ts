/** The parts of PGlite's module that the simulation uses. Most are internal: `engine-self-test.ts` checks them at the start. */

export interface EngineModule {
  /** Replaced when the memory grows. */
  readonly HEAPU8: Uint8Array;
  readonly FS: EngineFiles;
  addFunction(callback: (pointer: number, length: number) => number, signature: string): number;
  stackSave(): number;
  stackRestore(pointer: number): void;
  _pgl_set_rw_cbs(read: number, write: number): void;
  _PostgresMainLoopOnce(): void;
  _PostgresMainLongJmp(): void;
  _PostgresSendReadyForQueryIfNecessary(): void;
  _pgl_pq_flush(): void;
  _pq_buffer_remaining_data(): number;
  /** The address of the snapshot of the current transaction. */
  _GetTransactionSnapshot(): number;
  _ReadNextFullTransactionId(): bigint;
  /** Of the current transaction, or subtransaction. */
  _GetCurrentFullTransactionId(): bigint;
  /** Whether a transaction or a subtransaction was committed: 0 or 1. */
  _TransactionIdDidCommit(transaction: number): number;
  /** The number of a column of a tuple by its name, both as addresses. */
  _SPI_fnumber(descriptor: number, name: number): number;
  /** The address of the text of a column; 0 for a null. */
  _SPI_getvalue(tuple: number, descriptor: number, column: number): number;
  _pfree(pointer: number): void;
  _malloc(length: number): number;
}

/** Emscripten's file system in memory. */
export interface EngineFiles {
  streams: (FileStream | null | undefined)[];
  nextInode: number;
  hashAddNode(node: FileNode): void;
  hashRemoveNode(node: FileNode): void;
  unlink(path: string): void;
  createDevice(parent: string, name: string, read: () => number, write?: (byte: number) => void): unknown;
  /** @param canOwn whether the bytes become the contents, instead of being copied */
  writeFile(path: string, contents: string | Uint8Array, options?: { canOwn: boolean }): void;
  readFile(path: string): Uint8Array;
  mkdirTree(path: string): void;
  isDir(mode: number): boolean;
  analyzePath(path: string): { exists: boolean };
  lookupPath(path: string): { node: FileNode };
}

export interface FileStream {
  fd: number | null;
  position: number;
  flags: number;
}

export interface FileNode {
  name: string;
  parent: FileNode;
  mode: number;
  /** The nodes of a folder by name, or the bytes of a file. */
  contents: FolderContents | Uint8Array;
  usedBytes: number;
  node_ops: NodeOperations;
  stream_ops: StreamOperations;
}

export type FolderContents = Record<string, FileNode>;

/** Shared by all folders, or by all files. */
export interface NodeOperations {
  mknod(parent: FileNode, name: string, mode: number, device: number): FileNode;
  rename(node: FileNode, folder: FileNode, name: string): void;
  unlink(parent: FileNode, name: string): void;
  rmdir(parent: FileNode, name: string): void;
  symlink(parent: FileNode, name: string, target: string): FileNode;
  setattr(node: FileNode, attributes: { size?: number }): void;
}

/** Shared by all files. */
export interface StreamOperations {
  write(
    stream: { node: FileNode },
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
    canOwn?: boolean,
  ): number;
}
