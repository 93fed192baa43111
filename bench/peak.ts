/** Preloaded into a process to be measured: says on standard error what its memory came to at most. */
process.on('exit', () => {
  console.error(JSON.stringify({ peak_mb: process.resourceUsage().maxRSS / 1024 }));
});
