/** Settings of every server. They are written by initdb, so that a standby's are never lower than the primary's. */

export const SERVER_SETTINGS: Record<string, string> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '120',
  max_wal_senders: '24',
  max_replication_slots: '8',
  wal_level: 'logical',
  hot_standby: 'on',
  // `synchronous_commit = off` would delay replication by about 200 ms.
  synchronous_commit: 'on',
  fsync: 'off',
  full_page_writes: 'off',
  // A standby that is held back reads old WAL later, so none may be recycled before.
  wal_keep_size: '16GB',
  max_wal_size: '2GB',
  checkpoint_timeout: '1d',
  wal_sender_timeout: '0',
  wal_receiver_timeout: '0',
  wal_receiver_status_interval: '1s',
  wal_retrieve_retry_interval: '20ms',
  // Reads on a standby and replay never cancel each other.
  hot_standby_feedback: 'on',
  max_standby_streaming_delay: '-1',
  max_standby_archive_delay: '-1',
  // No background WAL: an LSN advances only by the application's writes.
  autovacuum: 'off',
  restart_after_crash: 'off',
  shared_buffers: '64MB',
  // These files are removed with the data directory; those of `posix` would outlive a SIGKILL.
  dynamic_shared_memory_type: 'mmap',
  io_method: 'sync',
  max_logical_replication_workers: '0',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

export const INITDB_ARGUMENTS: readonly string[] = [
  '--username=postgres',
  '--auth=trust',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--wal-segsize=1',
  '--no-sync',
  '--no-instructions',
];
