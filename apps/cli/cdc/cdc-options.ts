import { CdcTarget } from '#libs/contract/cdc-target.js';
import { issuesOf } from '#libs/contract/issues.js';
import { CodedError } from '#libs/contract/problem.js';
import type { Environment } from '#libs/contract/settings.js';
import type { Threshold } from '#libs/contract/threshold.js';
import { CdcSpec } from '#libs/workloads/cdc/cdc.schema.js';
import { cdcThresholds } from '#libs/workloads/cdc/cdc-thresholds.js';
import { readEnvFile } from '../env-file.js';
import { defined, GivenSettings, listed } from '../given-settings.js';
import { SETTINGS, type SettingName } from './cdc-settings.js';

/** What the command takes, as commander gives it: the settings as text, and switches. */
export type CdcOptions = Partial<Record<SettingName, string>> & {
  simulated: boolean;
  scyllaLog?: boolean;
  poisson: boolean;
  create: boolean;
  postgresTls: boolean;
  postgresTlsVerify: boolean;
  envFile?: string;
};

export interface CdcJob {
  spec: CdcSpec;
  target: CdcTarget;
  thresholds: Threshold[];
  executors: number;
  wrongRows: string | undefined;
}

const REFUSAL = 'the benchmark cannot be made as asked';
const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** What a machine with everything on it carries easily. */
const SIMULATED = { ratePerSecond: 500, durationMs: 20_000, sampleShare: 1 } as const;

type Settings = GivenSettings<SettingName>;

/** `90`, `90s`, `5m`: milliseconds. */
function timeMs(settings: Settings, name: SettingName, text = settings.text(name)): number | undefined {
  if (text === undefined) return undefined;
  const [, digits, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim()) ?? [];
  if (digits === undefined) return settings.refuse(name, `expected a time such as 90, 90s or 5m, found ${text}`);
  return Math.round(Number(digits) * (MS[unit] ?? 1));
}

/** As many numbers as `names`, with `separator` between them. */
function numbersOf<N extends string>(
  settings: Settings,
  name: SettingName,
  separator: string,
  names: readonly N[],
): Record<N, number> | undefined {
  const text = settings.text(name);
  if (text === undefined) return undefined;
  const parts = text.split(separator);
  if (parts.length !== names.length) return settings.refuse(name, `expected ${names.join(separator)}, found ${text}`);
  const pairs = names.map((each, index) => [each, settings.number(name, parts[index] ?? '') ?? 0] as const);
  return Object.fromEntries(pairs) as Record<N, number>;
}

function lagOf(settings: Settings): unknown {
  const text = settings.text('lag');
  if (text === undefined) return undefined;
  if (!text.includes(':')) return { type: 'constant', ms: settings.number('lag', text) };
  const pair = numbersOf(settings, 'lag', ':', ['medianMs', 'p99Ms']);
  return pair && { type: 'lognormal', ...pair };
}

function stallOf(settings: Settings): unknown {
  const text = settings.text('stall');
  if (text === undefined) return undefined;
  const [every, last, ...rest] = text.split('/');
  if (every === undefined || last === undefined || rest.length > 0)
    return settings.refuse('stall', `expected every/for, such as 10s/2s, found ${text}`);
  return { everyMs: timeMs(settings, 'stall', every), forMs: timeMs(settings, 'stall', last) };
}

function pipelineOf(settings: Settings, isSimulated: boolean, isLog: boolean): Record<string, unknown> {
  const script = defined({
    lag: lagOf(settings),
    lossShare: settings.number('loss'),
    duplicateShare: settings.number('duplicates'),
    reorderShare: settings.number('reorder'),
    stall: stallOf(settings),
  });
  if (isSimulated && isLog)
    settings.issues.push({ path: '--scylla-log', message: 'expected it without --simulated, found both' });
  if (isSimulated) return { type: 'embedded', ...script };
  if (Object.keys(script).length > 0)
    settings.issues.push({
      path: '--simulated',
      message: `expected it beside ${Object.keys(script).join(', ')}, for a real pipeline has no script; found a real one`,
    });
  return { type: isLog ? 'scylla-log' : 'external' };
}

function specInput(
  settings: Settings,
  { poisson, create, scyllaLog = false }: CdcOptions,
  isSimulated: boolean,
): Record<string, unknown> {
  const usual: Partial<typeof SIMULATED> = isSimulated ? SIMULATED : {};
  return defined({
    table: {
      ...settings.json('tableFile'),
      ...defined({
        keyspace: settings.text('keyspace'),
        table: settings.text('table'),
        sinkTable: settings.text('sinkTable'),
        deletedColumn: settings.text('deletedColumn'),
        // The file may say it too.
        create: create ? undefined : false,
      }),
    },
    weights: numbersOf(settings, 'weights', '/', ['insert', 'update', 'delete']),
    ratePerSecond: settings.number('rate') ?? usual.ratePerSecond,
    arrival: poisson ? 'poisson' : undefined,
    rampMs: timeMs(settings, 'ramp'),
    durationMs: timeMs(settings, 'duration') ?? usual.durationMs,
    lanes: settings.number('lanes'),
    maxInFlight: settings.number('inFlight'),
    consistencyLevel: settings.text('consistency')?.toUpperCase(),
    verification: defined({
      sampleShare: settings.number('sample') ?? usual.sampleShare,
      method: settings.text('method'),
      pollIntervalMs: settings.number('pollInterval'),
      deadlineMs: timeMs(settings, 'deadline'),
      drainDeadlineMs: timeMs(settings, 'drain'),
    }),
    pipeline: pipelineOf(settings, isSimulated, scyllaLog),
    seed: settings.number('seed'),
  });
}

/** Asked for by any of its flags. */
function tlsInput(settings: Settings, { postgresTls, postgresTlsVerify }: CdcOptions): unknown {
  const caPem = settings.file('postgresTlsCa');
  return postgresTls || !postgresTlsVerify || caPem !== undefined
    ? defined({ caPem, verify: postgresTlsVerify })
    : undefined;
}

function targetInput(settings: Settings, options: CdcOptions, isSimulated: boolean): Record<string, unknown> {
  const isLog = options.scyllaLog ?? false;
  const host = isLog ? undefined : settings.text('postgresHost');
  const sink = defined({
    // As in the original: what is not said is on this machine.
    host: host ?? (isSimulated || isLog ? undefined : '127.0.0.1'),
    port: settings.number('postgresPort'),
    database: settings.text('postgresDb'),
    username: settings.text('postgresUser'),
    password: settings.text('postgresPassword'),
    tls: tlsInput(settings, options),
  });
  const source = defined({
    contactPoints: listed(settings.text('cassandraHost') ?? '127.0.0.1'),
    port: settings.number('cassandraPort'),
    username: settings.text('cassandraUsername'),
    password: settings.text('cassandraPassword'),
    localDatacenter: settings.text('localDatacenter'),
  });
  return { ...(isSimulated ? {} : source), ...(sink['host'] !== undefined && { sink }) };
}

/**
 * What flags, file and environment ask for. Without a word of Cassandra and PostgreSQL the pipeline is simulated. Throws
 * CodedError VALIDATION_FAILED with every problem, by flag.
 */
export function cdcJob(options: CdcOptions, environment: Environment): CdcJob {
  const settings = new GivenSettings<SettingName>(SETTINGS, options, [
    readEnvFile(options.envFile, REFUSAL),
    environment,
  ]);
  const isNamed = settings.text('cassandraHost') !== undefined || settings.text('postgresHost') !== undefined;
  const isSimulated = options.simulated || (!isNamed && options.scyllaLog !== true);
  const input = specInput(settings, options, isSimulated);
  const place = targetInput(settings, options, isSimulated);
  const spec = CdcSpec.safeParse(input);
  const target = CdcTarget.safeParse(place);
  const limits = { p95Ms: settings.number('maxP95'), p99Ms: settings.number('maxP99') };
  const executors = settings.number('executors') ?? 1;
  const issues = [
    ...settings.issues,
    ...(spec.success ? [] : settings.named(issuesOf(spec.error, input))),
    ...(target.success ? [] : settings.named(issuesOf(target.error, place))),
  ];
  if (!spec.success || !target.success || issues.length > 0) throw new CodedError('VALIDATION_FAILED', REFUSAL, issues);
  return {
    spec: spec.data,
    target: target.data,
    thresholds: cdcThresholds(spec.data, limits),
    executors,
    wrongRows: settings.text('wrongRows'),
  };
}
