/** The registry of log formats: a new format is a file and a line here. */
import { cloudwatchLog } from './formats/cloudwatch-log.ts';
import { combinedLog } from './formats/combined-log.ts';
import { csvLog } from './formats/csv-log.ts';
import { harLog } from './formats/har-log.ts';
import { jaegerLog } from './formats/jaeger-log.ts';
import { jsonLog } from './formats/json-log.ts';
import { logfmtLog } from './formats/logfmt-log.ts';
import { monitorLog } from './formats/monitor-log.ts';
import { otlpLog } from './formats/otlp-log.ts';
import { supabaseLog } from './formats/supabase-log.ts';
import { vercelLog } from './formats/vercel-log.ts';
import type { LogFormat } from './log-format.ts';

/** In order of precedence: a format that is a special case of another comes before it. */
export const logFormats: readonly LogFormat[] = [
  harLog,
  otlpLog,
  jaegerLog,
  cloudwatchLog,
  supabaseLog,
  vercelLog,
  monitorLog,
  jsonLog,
  combinedLog,
  csvLog,
  logfmtLog,
];
