import { z } from 'zod';
import { issuesOf } from '#libs/contract/issues.js';
import { CodedError, type Issue } from '#libs/contract/problem.js';
import type { Environment } from '#libs/contract/settings.js';
import { zookeeperRun } from '#libs/workloads/zookeeper/zookeeper-run.js';
import { ZookeeperSpec, ZookeeperTarget } from '#libs/workloads/zookeeper/zookeeper.schema.js';
import { readEnvFile } from '../env-file.js';
import { defined, GivenSettings, listed } from '../given-settings.js';
import { readLocustWords } from './locust-words.js';
import { SETTINGS, type SettingName } from './zookeeper-settings.js';

/** What the command takes, as commander gives it: the settings as text, and switches. */
export type ZookeeperOptions = Partial<Record<SettingName, string>> & {
  open: boolean;
  poisson: boolean;
  tls: boolean;
  tlsVerify: boolean;
  envFile?: string;
};

/** Where a run in this process leaves its files. */
export interface ZookeeperFiles {
  metricsCsv: string | undefined;
  statsCsv: string | undefined;
  statsDistrib: string | undefined;
  reportDir: string | undefined;
}

export interface ZookeeperJob {
  spec: ZookeeperSpec;
  /** As it is posted to a server. */
  target: ZookeeperTarget;
  executors: number;
  files: ZookeeperFiles;
  remarks: string[];
}

const MS_PER_S = 1_000;
const BENCH_VARIABLE = /^ZK_LOCUST_BENCH_(\w+)$/;
const ERRORS: Readonly<Record<string, string>> = {
  'log-failure': 'log',
  'try-suppress': 'suppress',
  propagate: 'fail',
};
/** Kazoo's, as far as they have a meaning here. */
const SaslOptions = z.strictObject({
  mechanism: z
    .literal('DIGEST-MD5', 'expected DIGEST-MD5, the one mechanism that is spoken here')
    .default('DIGEST-MD5'),
  username: z.string(),
  password: z.string(),
});

const REFUSAL = 'the load cannot be made as asked';
const refused = (issues: readonly Issue[]): CodedError => new CodedError('VALIDATION_FAILED', REFUSAL, issues);

type Settings = GivenSettings<SettingName>;

function numbersOf(settings: Settings, name: SettingName): number[] | undefined {
  return listed(settings.text(name))?.flatMap((part) => settings.number(name, part) ?? []);
}

/** `get=10,set=1`. */
function weightsOf(settings: Settings): Record<string, number | undefined> | undefined {
  const pairs = listed(settings.text('weights'))?.map((part) => part.split('='));
  return (
    pairs &&
    Object.fromEntries(pairs.map(([name = '', weight]) => [name.trim(), settings.number('weights', weight ?? '')]))
  );
}

function saslOf(settings: Settings): { username: string; password: string } | undefined {
  const text = settings.text('kazooSaslOptions');
  if (text === undefined) return undefined;
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    given = text;
  }
  const read = SaslOptions.safeParse(given);
  if (read.success) return read.data;
  for (const { path, message } of issuesOf(read.error, given))
    settings.issues.push({ path: `${SETTINGS.kazooSaslOptions.flag} ${path}`, message });
  return undefined;
}

/** Own parameters of the caller, in variables; the first environment wins. */
function benchOf(environments: readonly Environment[]): Record<string, string> {
  const variables = environments
    .toReversed()
    .flatMap((one) => Object.entries(one))
    .flatMap(([name, value]) => {
      const own = BENCH_VARIABLE.exec(name)?.[1];
      return own === undefined || value === undefined ? [] : [[own.toLowerCase().replaceAll('_', '-'), value]];
    });
  return Object.fromEntries(variables);
}

/** What is taken, and not used. */
function remarksOf(settings: Settings): string[] {
  if (settings.variable('KAZOO_LOCUST_CREATE_CLIENT') !== undefined)
    settings.issues.push({
      path: 'KAZOO_LOCUST_CREATE_CLIENT',
      message: 'expected nothing: Python code cannot make the client here; use the flags for timeouts, login and TLS',
    });
  return (['client', 'kazooHandler'] as const).flatMap((name) => {
    const text = settings.text(name);
    return text === undefined
      ? []
      : [`${SETTINGS[name].flag} ${text} has no meaning here: there is one client, Tidemark's own`];
  });
}

function specInput(settings: Settings, options: ZookeeperOptions, hasSasl: boolean): Record<string, unknown> {
  const rate = settings.number('rate');
  const min = settings.number('minWait') ?? 0;
  const collect = settings.text('zkMetricsCollect');
  const wantsReport = settings.text('reportDir') !== undefined;
  const interval = settings.number('statsCollect');
  const metricsMs =
    collect === undefined || collect === 'web'
      ? wantsReport || settings.text('zkMetricsCsv') !== undefined
        ? MS_PER_S
        : undefined
      : settings.number('zkMetricsCollect', collect);
  const adminPorts = numbersOf(settings, 'adminPort');
  const wantsStats = [interval, settings.text('statsCsv'), settings.text('statsDistrib')].some(
    (one) => one !== undefined && one !== 0,
  );
  const behavior = settings.text('exceptionBehavior');
  const weights = weightsOf(settings);
  return defined({
    taskSet: settings.text('taskSet'),
    weights,
    clients: settings.number('clients'),
    spawnPerSecond: settings.number('spawnRate'),
    lanes: settings.number('threads'),
    pipeline: settings.number('pipeline'),
    waitMs: { min, max: settings.number('maxWait') ?? min },
    ...(rate !== undefined && {
      rate: options.open
        ? { model: 'open', ratePerSecond: rate, arrival: options.poisson ? 'poisson' : 'constant' }
        : { model: 'closed', throttlePerSecond: rate },
    }),
    durationMs: settings.secondsAsMs('duration'),
    operations: settings.number('operations'),
    pseudoRoot: settings.text('pseudoRoot'),
    keySizeBytes: settings.number('keySize'),
    valueSizeBytes: settings.number('valSize'),
    manyWatches: settings.number('manyWatches'),
    sessionTimeoutMs: settings.number('sessionTimeout'),
    operationTimeoutMs: settings.number('operationTimeout'),
    login: settings.text('login') ?? (hasSasl ? 'sasl' : undefined),
    access: settings.text('access'),
    errors: behavior === undefined ? undefined : (ERRORS[behavior] ?? behavior),
    ...(metricsMs !== undefined && {
      metrics: defined({
        intervalMs: metricsMs,
        source: settings.text('metricsSource'),
        ...(adminPorts?.length === 1 ? { adminPort: adminPorts[0] } : { adminPorts }),
      }),
    }),
    ...((wantsStats || wantsReport) && { stats: {} }),
    log: interval === undefined || interval === 0 ? {} : { intervalMs: interval },
    seed: settings.number('seed'),
  });
}

function tlsInput(settings: Settings, { tls, tlsVerify }: ZookeeperOptions): Record<string, unknown> | undefined {
  const files = defined({
    caPem: settings.file('tlsCa'),
    certPem: settings.file('tlsCert'),
    keyPem: settings.file('tlsKey'),
  });
  return tls || !tlsVerify || Object.keys(files).length > 0 ? { ...files, verify: tlsVerify } : undefined;
}

/**
 * What flags, words behind `--`, file and environment ask for. Throws CodedError VALIDATION_FAILED with every problem, by
 * flag.
 */
export function zookeeperJob(
  options: ZookeeperOptions,
  words: readonly string[],
  environment: Environment,
): ZookeeperJob {
  const environments = [readEnvFile(options.envFile, REFUSAL), environment];
  const read = readLocustWords(words);
  const settings = new GivenSettings<SettingName>(SETTINGS, { ...read.settings, ...options }, environments);
  settings.issues.push(...read.issues);
  const sasl = saslOf(settings);
  const bench = { ...benchOf(environments), ...read.bench };
  const input = { ...specInput(settings, options, sasl !== undefined), bench };
  const targetInput = defined({
    connectString: settings.text('hosts') ?? '127.0.0.1:2181',
    username: settings.text('username') ?? sasl?.username,
    password: settings.text('password') ?? sasl?.password,
    tls: tlsInput(settings, options),
  });
  const executors = settings.number('executors') ?? 1;
  const remarks = [...read.remarks, ...remarksOf(settings)];
  const spec = ZookeeperSpec.safeParse(input);
  const target = ZookeeperTarget.safeParse(targetInput);
  const together = spec.success && target.success ? zookeeperRun(spec.data, target.data).issues : [];
  const issues = [
    ...settings.issues,
    ...(spec.success ? [] : settings.named(issuesOf(spec.error, input))),
    ...(target.success ? [] : settings.named(issuesOf(target.error, targetInput))),
    ...settings.named(together),
  ];
  if (!spec.success || !target.success || issues.length > 0) throw refused(issues);
  const files = {
    metricsCsv: settings.text('zkMetricsCsv'),
    statsCsv: settings.text('statsCsv'),
    statsDistrib: settings.text('statsDistrib'),
    reportDir: settings.text('reportDir'),
  };
  return { spec: spec.data, target: target.data, executors, files, remarks };
}
