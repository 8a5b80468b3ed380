import { z } from 'zod';
import { credentialsOf, dataSettings, type EnvironmentCredentials } from '#libs/contract/data-settings.js';
import { isLoopback } from '#libs/contract/loopback.js';
import {
  type Environment,
  parseSettings,
  settingsError,
  sharedSettings,
  type TelemetrySettings,
  telemetrySettings,
  wholeNumber,
} from '#libs/contract/settings.js';
import { parseNetworks } from './runs/allowed-networks.js';

/** Every setting of the API, by the variable's name. */
export const ApiSettings = z.object({
  TIDEMARK_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address to listen on; anything but loopback needs TIDEMARK_API_KEY'),
  TIDEMARK_PORT: wholeNumber(0, 65_535).prefault('8480').describe('Port to listen on; 0 takes a free one'),
  TIDEMARK_API_KEY: z
    .string()
    .min(16)
    .optional()
    .describe('Key that every call except health must send as Authorization: Bearer <key>, at least 16 characters'),
  TIDEMARK_TARGET_NETWORKS: z
    .string()
    .default('127.0.0.0/8,::1/128')
    .describe('Networks that targets may be in, CIDR, separated by commas; 169.254.169.254 never'),
  TIDEMARK_MAX_QUEUED: wholeNumber(1, 100_000).prefault('1000').describe('Runs that may wait in the queue'),
  TIDEMARK_ROLL_UP_10S_HOURS: wholeNumber(0, 876_000)
    .prefault('168')
    .describe('Hours after the end of a run when its intervals are merged to 10 s; 0 never'),
  TIDEMARK_ROLL_UP_60S_HOURS: wholeNumber(0, 876_000).prefault('720').describe('The same to 60 s'),
  TIDEMARK_MAX_BODY_BYTES: wholeNumber(1024, 64 * 1_048_576)
    .prefault('1048576')
    .describe('Largest request body'),
  TIDEMARK_MAX_REQUESTS_PER_MINUTE: wholeNumber(1, 10_000_000)
    .prefault('6000')
    .describe('Requests that one address may send in a minute'),
  TIDEMARK_MAX_EVENT_STREAMS: wholeNumber(1, 10_000).prefault('200').describe('Event streams that may be open at once'),
  TIDEMARK_MAX_UPLOAD_BYTES: wholeNumber(1, 5e13)
    .prefault('107374182400')
    .describe('Largest file that may be uploaded to a dataset; 100 GiB'),
  ...dataSettings,
  TIDEMARK_WEBHOOK_RETRY_MS: wholeNumber(10, 3_600_000)
    .prefault('5000')
    .describe('Pause before a webhook that was not taken is tried again; it doubles from try to try'),
  ...sharedSettings,
});

export type ApiConfig = TelemetrySettings & {
  host: string;
  port: number;
  apiKey: string | undefined;
  targetNetworks: readonly string[];
  maxQueued: number;
  /** From the finest on; `afterHours` 0 means never. */
  rollUps: readonly { resolutionMs: number; afterHours: number }[];
  maxBodyBytes: number;
  maxRequestsPerMinute: number;
  maxEventStreams: number;
  maxUploadBytes: number;
  dataDir: string;
  /** For datasets in S3-compatible stores that are registered without any. */
  s3Credentials: EnvironmentCredentials | undefined;
  webhookRetryMs: number;
  databaseUrl: string;
  secretKey: Buffer | undefined;
};

/** Parses the environment once. Throws CodedError VALIDATION_FAILED that lists every problem. */
export function parseApiConfig(environment: Environment): ApiConfig {
  const settings = parseSettings(ApiSettings, environment);
  const networks = settings.TIDEMARK_TARGET_NETWORKS.split(',').map((network) => network.trim());
  const issues = parseNetworks(networks).issues.map((message) => ({ path: 'TIDEMARK_TARGET_NETWORKS', message }));
  if (!isLoopback(settings.TIDEMARK_HOST) && settings.TIDEMARK_API_KEY === undefined)
    issues.push({
      path: 'TIDEMARK_HOST',
      message: `${settings.TIDEMARK_HOST} can be reached from other machines; set TIDEMARK_API_KEY or listen on 127.0.0.1`,
    });
  if (issues.length > 0) throw settingsError(issues);
  return {
    host: settings.TIDEMARK_HOST,
    port: settings.TIDEMARK_PORT,
    apiKey: settings.TIDEMARK_API_KEY,
    targetNetworks: networks,
    maxQueued: settings.TIDEMARK_MAX_QUEUED,
    maxBodyBytes: settings.TIDEMARK_MAX_BODY_BYTES,
    maxRequestsPerMinute: settings.TIDEMARK_MAX_REQUESTS_PER_MINUTE,
    webhookRetryMs: settings.TIDEMARK_WEBHOOK_RETRY_MS,
    maxEventStreams: settings.TIDEMARK_MAX_EVENT_STREAMS,
    maxUploadBytes: settings.TIDEMARK_MAX_UPLOAD_BYTES,
    dataDir: settings.TIDEMARK_DATA_DIR,
    s3Credentials: credentialsOf(settings),
    rollUps: [
      { resolutionMs: 10_000, afterHours: settings.TIDEMARK_ROLL_UP_10S_HOURS },
      { resolutionMs: 60_000, afterHours: settings.TIDEMARK_ROLL_UP_60S_HOURS },
    ],
    databaseUrl: settings.TIDEMARK_DATABASE_URL,
    secretKey:
      settings.TIDEMARK_SECRET_KEY === undefined ? undefined : Buffer.from(settings.TIDEMARK_SECRET_KEY, 'hex'),
    ...telemetrySettings(settings),
  };
}

/** The configuration of this process. */
export const readApiConfig = (): ApiConfig => parseApiConfig(process.env);
