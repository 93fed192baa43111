/**
 * The proxy of the environment gets all requests, also those to 127.0.0.1, where the gateway and the application are: from
 * Node with NODE_USE_ENV_PROXY, and from many other programs.
 */

const PROXIES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];
const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

/** Exempts the loopback addresses from the proxy, for this process and those that it starts. Idempotent. */
export function exemptLoopback(environment: NodeJS.ProcessEnv = process.env): void {
  if (!PROXIES.some((name) => environment[name])) return;
  for (const name of ['no_proxy', 'NO_PROXY']) {
    const exempt = environment[name]?.split(/[\s,]+/).filter((entry) => entry !== '') ?? [];
    const missing = LOOPBACK.filter((address) => !exempt.includes(address));
    if (missing.length > 0 && !exempt.includes('*')) environment[name] = [...exempt, ...missing].join(',');
  }
}
