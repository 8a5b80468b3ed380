import { z } from 'zod';
import { CodedError, type Issue } from './problem.js';

/** Settings that every process reads; the API and the executor add their own in their `config.ts`. */
export const sharedSettings = {
  TIDEMARK_DATABASE_URL: z
    .string()
    .regex(
      /^(sqlite:.+|postgres(ql)?:\/\/.+)$/,
      'expected sqlite:<path> or postgres://user:password@host:port/database',
    )
    .default('sqlite:./.tidemark/tidemark.db')
    .describe('Where runs and results are kept: sqlite:<path> or postgres://…'),
  TIDEMARK_SECRET_KEY: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'expected 64 hexadecimal digits, such as `openssl rand -hex 32` prints')
    .optional()
    .describe(
      'Key that encrypts the passwords of targets at rest, 64 hexadecimal digits, the same for every process; with SQLite one is made beside the file',
    ),
  TIDEMARK_LOG_LEVEL: z
    .enum(['error', 'warn', 'log', 'debug'])
    .default('warn')
    .describe('How much the process says on standard error'),
  TIDEMARK_LOG_FORMAT: z
    .enum(['json', 'text'])
    .default('json')
    .describe('How: json, one object a line, or text for people'),
  TIDEMARK_OTLP_URL: z
    .url({ protocol: /^https?$/, error: 'expected a URL such as http://127.0.0.1:4318' })
    .optional()
    .describe('OpenTelemetry collector that takes spans as OTLP/HTTP; nothing is traced when absent'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'expected a URL such as http://127.0.0.1:4318' })
    .optional()
    .describe('The same under OpenTelemetry’s own name; TIDEMARK_OTLP_URL wins'),
};

/** What a process says of itself, and where. */
export interface TelemetrySettings {
  logLevel: 'error' | 'warn' | 'log' | 'debug';
  logFormat: 'json' | 'text';
  /** Collector of spans; undefined: nothing is traced. */
  otlpUrl: string | undefined;
}

/** The part of parsed settings that every process has. */
export const telemetrySettings = (settings: {
  TIDEMARK_LOG_LEVEL: TelemetrySettings['logLevel'];
  TIDEMARK_LOG_FORMAT: TelemetrySettings['logFormat'];
  TIDEMARK_OTLP_URL?: string | undefined;
  OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
}): TelemetrySettings => ({
  logLevel: settings.TIDEMARK_LOG_LEVEL,
  logFormat: settings.TIDEMARK_LOG_FORMAT,
  otlpUrl: settings.TIDEMARK_OTLP_URL ?? settings.OTEL_EXPORTER_OTLP_ENDPOINT,
});

/** A whole number from an environment variable. */
export const wholeNumber = (min: number, max: number) =>
  z.string().regex(/^\d+$/, 'expected a whole number').transform(Number).pipe(z.int().min(min).max(max));

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Parses the variables that `schema` names, all problems at once. An empty variable counts as absent.
 * Throws CodedError VALIDATION_FAILED whose message lists every problem.
 */
export function parseSettings<Schema extends z.ZodObject>(schema: Schema, environment: Environment): z.infer<Schema> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => {
      const value = environment[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issues: Issue[] = parsed.error.issues.map(({ path, message }) => ({ path: String(path[0] ?? ''), message }));
  throw settingsError(issues);
}

/** One error for everything wrong with the settings. */
export const settingsError = (issues: readonly Issue[]): CodedError =>
  new CodedError(
    'VALIDATION_FAILED',
    `The settings cannot be used: ${issues.map(({ path, message }) => `${path}: ${message}`).join('; ')}.`,
    issues,
  );

export interface SettingDescription {
  variable: string;
  description: string;
  default: string | null;
}

/** What `tidemark config` lists. */
export const describeSettings = (schema: z.ZodObject): SettingDescription[] =>
  Object.entries(schema.shape).map(([variable, field]) => ({
    variable,
    description: field instanceof z.ZodType ? (field.description ?? '') : '',
    default: field instanceof z.ZodDefault || field instanceof z.ZodPrefault ? String(field.def.defaultValue) : null,
  }));
