import { hostname } from 'node:os';
import { z } from 'zod';
import { credentialsOf, dataSettings, type EnvironmentCredentials } from '#libs/contract/data-settings.js';
import { isLoopback } from '#libs/contract/loopback.js';
import type { Issue } from '#libs/contract/problem.js';
import {
  type Environment,
  parseSettings,
  settingsError,
  sharedSettings,
  type TelemetrySettings,
  telemetrySettings,
  wholeNumber,
} from '#libs/contract/settings.js';

/** After its drain: how long a run may take to be interrupted and written down before the process ends anyway. */
export const SHUTDOWN_MS = 20_000;

/** Every setting of an executor, by the variable's name. */
export const ExecutorSettings = z.object({
  TIDEMARK_EXECUTOR_ID: z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,128}$/, 'expected letters, digits and . _ : -, at most 128')
    .optional()
    .describe('Name of this executor, unique among all; <host>-<pid> when absent'),
  TIDEMARK_LABELS: z
    .string()
    .default('')
    .describe('Labels that runs can ask for in their placement, such as region=eu,disk=nvme'),
  TIDEMARK_EXECUTOR_LABELS: z.string().default('').describe('More labels: the former name of TIDEMARK_LABELS'),
  TIDEMARK_SPOOL_DIR: z
    .string()
    .default('./.tidemark/spool')
    .describe('Folder for the intervals of a run while the database is away'),
  TIDEMARK_HOOK_DIR: z
    .string()
    .optional()
    .describe('Folder of the commands that scalers of runs may call; without it none may be called'),
  TIDEMARK_SCYLLA_CLOUD_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{1,4096}$/, 'expected printable characters without blanks')
    .optional()
    .describe('Personal token of Scylla Cloud for scalers of runs that bring none; never shown'),
  ...dataSettings,
  TIDEMARK_LEASE_MS: wholeNumber(1000, 600_000)
    .prefault('10000')
    .describe('How long a shard stays this executor’s without a sign of life, milliseconds'),
  TIDEMARK_BEAT_MS: wholeNumber(20, 60_000)
    .prefault('200')
    .describe('How often the lease is renewed and a cancel is looked for, milliseconds'),
  TIDEMARK_POLL_MS: wholeNumber(20, 60_000)
    .prefault('200')
    .describe(
      'How often an idle executor looks for work that nobody told it of, milliseconds; at most 200 without Redis',
    ),
  TIDEMARK_START_DELAY_MS: wholeNumber(0, 60_000)
    .prefault('750')
    .describe('From the moment that every executor is ready to the common start, milliseconds'),
  TIDEMARK_DRAIN_MS: wholeNumber(0, 86_400_000)
    .prefault('5000')
    .describe('How long a run may go on after SIGTERM before it is interrupted, milliseconds'),
  TIDEMARK_METRICS_PORT: wholeNumber(0, 65_535)
    .optional()
    .describe('Port that answers /metrics, /health/live and /health/ready; 0 takes a free one, none when absent'),
  TIDEMARK_METRICS_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address of that port; anything but loopback needs TIDEMARK_METRICS_TOKEN'),
  TIDEMARK_METRICS_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe('Token that /metrics wants as Authorization: Bearer <token>, at least 16 characters'),
  ...sharedSettings,
});

export type ExecutorConfig = TelemetrySettings & {
  id: string;
  labels: Record<string, string>;
  spoolDir: string;
  dataDir: string;
  /** For datasets in S3-compatible stores that were registered without any. */
  s3Credentials: EnvironmentCredentials | undefined;
  /** The only folder that commands of scalers come from; undefined: none may be called. */
  hookDir: string | undefined;
  /** PATH of those commands. */
  searchPath: string;
  /** For scalers of runs that bring no token. */
  cloudToken: string | undefined;
  leaseMs: number;
  beatMs: number;
  pollMs: number;
  startDelayMs: number;
  drainMs: number;
  databaseUrl: string;
  redisUrl: string | undefined;
  redisPrefix: string;
  /** 32 bytes. */
  secretKey: Buffer | undefined;
  /** Where metrics and health are answered; undefined: nowhere. */
  metrics: { host: string; port: number; token: string | undefined } | undefined;
};

function parseLabels(given: { [variable: string]: string }): { labels: Record<string, string>; issues: Issue[] } {
  const labels: Record<string, string> = {};
  const issues: Issue[] = [];
  for (const [path, text] of Object.entries(given))
    for (const part of text.split(',').filter((each) => each.trim() !== '')) {
      const [, name, value] = /^\s*([^=\s]{1,64})=(.{0,256}?)\s*$/.exec(part) ?? [];
      if (name === undefined || value === undefined)
        issues.push({ path, message: `expected name=value, found "${part}"` });
      else if (Object.hasOwn(labels, name)) issues.push({ path, message: `expected "${name}" once, found it again` });
      else labels[name] = value;
    }
  return { labels, issues };
}

const metricsPlace = (settings: z.infer<typeof ExecutorSettings>): ExecutorConfig['metrics'] =>
  settings.TIDEMARK_METRICS_PORT === undefined
    ? undefined
    : {
        host: settings.TIDEMARK_METRICS_HOST,
        port: settings.TIDEMARK_METRICS_PORT,
        token: settings.TIDEMARK_METRICS_TOKEN,
      };

/** Parses the environment once. Throws CodedError VALIDATION_FAILED that lists every problem. */
export function parseExecutorConfig(environment: Environment, defaultId: string): ExecutorConfig {
  const settings = parseSettings(ExecutorSettings, environment);
  const { TIDEMARK_LABELS, TIDEMARK_EXECUTOR_LABELS } = settings;
  const { labels, issues } = parseLabels({ TIDEMARK_LABELS, TIDEMARK_EXECUTOR_LABELS });
  const leaseMs = settings.TIDEMARK_LEASE_MS;
  const beatMs = settings.TIDEMARK_BEAT_MS;
  // Two beats may fail in a row without the lease being lost.
  if (beatMs * 3 > leaseMs)
    issues.push({
      path: 'TIDEMARK_BEAT_MS',
      message: `expected at most a third of TIDEMARK_LEASE_MS (${leaseMs}), found ${beatMs}`,
    });
  const { TIDEMARK_METRICS_HOST: metricsHost, TIDEMARK_METRICS_PORT: metricsPort } = settings;
  if (metricsPort !== undefined && !isLoopback(metricsHost) && settings.TIDEMARK_METRICS_TOKEN === undefined)
    issues.push({
      path: 'TIDEMARK_METRICS_HOST',
      message: `${metricsHost} can be reached from other machines; set TIDEMARK_METRICS_TOKEN or listen on 127.0.0.1`,
    });
  if (issues.length > 0) throw settingsError(issues);
  return {
    id: settings.TIDEMARK_EXECUTOR_ID ?? defaultId,
    labels,
    spoolDir: settings.TIDEMARK_SPOOL_DIR,
    dataDir: settings.TIDEMARK_DATA_DIR,
    s3Credentials: credentialsOf(settings),
    hookDir: settings.TIDEMARK_HOOK_DIR,
    searchPath: environment['PATH'] ?? '',
    cloudToken: settings.TIDEMARK_SCYLLA_CLOUD_TOKEN,
    leaseMs,
    beatMs,
    pollMs: settings.TIDEMARK_POLL_MS,
    startDelayMs: settings.TIDEMARK_START_DELAY_MS,
    drainMs: settings.TIDEMARK_DRAIN_MS,
    databaseUrl: settings.TIDEMARK_DATABASE_URL,
    redisUrl: settings.TIDEMARK_REDIS_URL,
    redisPrefix: settings.TIDEMARK_REDIS_PREFIX,
    secretKey:
      settings.TIDEMARK_SECRET_KEY === undefined ? undefined : Buffer.from(settings.TIDEMARK_SECRET_KEY, 'hex'),
    metrics: metricsPlace(settings),
    ...telemetrySettings(settings),
  };
}

/** The configuration of this process. */
export const readExecutorConfig = (): ExecutorConfig =>
  parseExecutorConfig(process.env, `${hostname()}-${process.pid}`);
