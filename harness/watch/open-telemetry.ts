/** The numbers of a canary by OpenTelemetry: an endpoint for Prometheus on this machine, and a push by OTLP. */
import type { IMetricReader, MeterProvider, MeterProviderOptions } from '@opentelemetry/sdk-metrics';
import { EnvironmentError } from '../errors.ts';
import { withPackage } from '../optional-package.ts';
import { packageVersion } from '../package-version.ts';
import { POLL_OUTCOMES } from './watched-app.ts';
import { noMetrics, SUBSCRIPTION_STATES, type CanaryMetrics } from './canary-metrics.ts';

type Resource = NonNullable<MeterProviderOptions['resource']>;

export interface MetricsOptions {
  /** On 127.0.0.1; 0 for a free port; `undefined`: no endpoint. */
  prometheusPort?: number | undefined;
  /** The URL of a collector, such as `http://127.0.0.1:4318/v1/metrics`. */
  otlpUrl?: string | undefined;
}

export interface OpenedMetrics {
  metrics: CanaryMetrics;
  /** The URL that Prometheus scrapes. */
  url?: string;
}

const HOST = '127.0.0.1';
const NEEDED_BY = 'metrics of `ratchet watch`';
const OTLP_EVERY_MS = 15_000;
/** Bounds of the buckets, in seconds. */
const STALENESS_S = [0, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const DURATION_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Without a port and a URL, the metrics go nowhere, and no package is loaded.
 * @throws EnvironmentError if a package is missing, or the port is in use
 */
export async function openMetrics({ prometheusPort, otlpUrl }: MetricsOptions): Promise<OpenedMetrics> {
  if (prometheusPort === undefined && otlpUrl === undefined) return { metrics: noMetrics };
  const readers: IMetricReader[] = [];
  if (otlpUrl !== undefined) readers.push(await otlpReader(otlpUrl));
  const endpoint = prometheusPort === undefined ? undefined : await prometheusReader(prometheusPort);
  if (endpoint !== undefined) readers.push(endpoint.reader);
  const { MeterProvider } = await sdk();
  const provider = new MeterProvider({ readers, resource: ownResource() });
  return { metrics: metricsOf(provider), ...(endpoint === undefined ? {} : { url: endpoint.url }) };
}

const sdk = () => withPackage('@opentelemetry/sdk-metrics', NEEDED_BY, () => import('@opentelemetry/sdk-metrics'));

async function otlpReader(url: string): Promise<IMetricReader> {
  const { OTLPMetricExporter } = await withPackage(
    '@opentelemetry/exporter-metrics-otlp-http',
    NEEDED_BY,
    () => import('@opentelemetry/exporter-metrics-otlp-http'),
  );
  const { PeriodicExportingMetricReader } = await sdk();
  return new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url }),
    exportIntervalMillis: OTLP_EVERY_MS,
    exportTimeoutMillis: OTLP_EVERY_MS / 3,
  });
}

async function prometheusReader(port: number): Promise<{ reader: IMetricReader; url: string }> {
  const { PrometheusExporter } = await withPackage(
    '@opentelemetry/exporter-prometheus',
    NEEDED_BY,
    () => import('@opentelemetry/exporter-prometheus'),
  );
  const { createServer } = await import('node:http');
  const reader = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true, withoutTargetInfo: true });
  const server = createServer((request, response) => {
    if (request.method === 'GET' && request.url === '/metrics') reader.getMetricsRequestHandler(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portTaken(port, error)));
    server.listen(port, HOST, resolve);
  });
  server.unref();
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return { reader, url: `http://${HOST}:${bound}/metrics` };
}

function portTaken(port: number, cause: Error): EnvironmentError {
  const hint = 'choose another one with --metrics-port, or 0 for a free one';
  return new EnvironmentError(
    'metrics-port',
    `the metrics cannot be served on port ${port}: ${cause.message}`,
    hint,
    cause,
  );
}

/** Who sends the metrics. The packages above bring no function that creates it. */
function ownResource(): Resource {
  const attributes = { 'service.name': 'ratchet-watch', 'service.version': packageVersion() };
  const resource: Resource = {
    attributes,
    merge: (other) => other ?? resource,
    getRawAttributes: () => Object.entries(attributes),
  };
  return resource;
}

function metricsOf(provider: MeterProvider): CanaryMetrics {
  const meter = provider.getMeter('ratchet', packageVersion());
  const polls = meter.createCounter('ratchet.polls', { description: 'Polls of the status endpoint', unit: '{poll}' });
  const references = meter.createCounter('ratchet.reference.reads', {
    description: 'Reads of the primary',
    unit: '{read}',
  });
  const reversions = meter.createCounter('ratchet.reversions', {
    description: 'Steps back of a progress',
    unit: '{reversion}',
  });
  const staleness = meter.createHistogram('ratchet.staleness.seconds', {
    description: 'For how long a newer value had been known when a read began',
    unit: 's',
    advice: { explicitBucketBoundaries: STALENESS_S },
  });
  const duration = meter.createHistogram('ratchet.poll.duration.seconds', {
    description: 'Time until a poll was answered or given up',
    unit: 's',
    advice: { explicitBucketBoundaries: DURATION_S },
  });
  const changes = meter.createCounter('ratchet.changes', {
    description: 'Rows that were pushed by Realtime',
    unit: '{change}',
  });
  const subscriptions = meter.createGauge('ratchet.subscriptions', {
    description: 'Subscriptions to rows',
    unit: '{subscription}',
  });
  const open = meter.createGauge('ratchet.reversions.open', {
    description: 'Views that are below an earlier value',
    unit: '{view}',
  });
  // A series that begins with 0 lets the first event be an increase.
  for (const outcome of POLL_OUTCOMES) polls.add(0, { 'ratchet.outcome': outcome });
  for (const outcome of ['ok', 'error']) references.add(0, { 'ratchet.outcome': outcome });
  changes.add(0);
  return {
    polled(outcome, seconds) {
      polls.add(1, { 'ratchet.outcome': outcome });
      duration.record(seconds, { 'ratchet.outcome': outcome });
    },
    stale: (seconds) => staleness.record(seconds),
    referenceRead: (outcome) => references.add(1, { 'ratchet.outcome': outcome }),
    changed: () => changes.add(1),
    subscriptions(counts) {
      for (const state of SUBSCRIPTION_STATES) subscriptions.record(counts[state], { 'ratchet.state': state });
    },
    reverted: (property, count) => reversions.add(count, { 'ratchet.property': property }),
    open: (property, count) => open.record(count, { 'ratchet.property': property }),
    close: () => provider.shutdown(),
  };
}
