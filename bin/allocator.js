/**
 * Environment variables of a process with search threads. With its defaults, the allocator of the GNU C library keeps a
 * hundred megabytes of what V8's compilers in other threads have freed.
 */
export const ALLOCATOR = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '65536', MALLOC_MMAP_THRESHOLD_: '65536' };
