import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { issuesOf } from '#libs/contract/issues.js';
import { CodedError, type Issue } from '#libs/contract/problem.js';
import type { Environment } from '#libs/contract/settings.js';
import { zookeeperRun } from '#libs/workloads/zookeeper/zookeeper-run.js';
import { ZookeeperSpec, ZookeeperTarget } from '#libs/workloads/zookeeper/zookeeper.schema.js';
import { type LocustWords, readLocustWords } from './locust-words.js';
import { SETTINGS, type Setting, type SettingName } from './zookeeper-settings.js';

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

const refused = (issues: readonly Issue[]): CodedError =>
  new CodedError('VALIDATION_FAILED', 'the load cannot be made as asked', issues);

function readText(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw refused([{ path: flag, message: `expected a file that can be read, found ${cause}` }]);
  }
}

const defined = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** Takes each setting from its flag, else from behind `--`, else the file, else the environment. */
class Settings {
  readonly issues: Issue[] = [];

  constructor(
    private readonly options: ZookeeperOptions,
    private readonly words: LocustWords,
    private readonly environments: readonly Environment[],
  ) {
    this.issues.push(...words.issues);
  }

  text(name: SettingName): string | undefined {
    const { variable }: Setting = SETTINGS[name];
    const given = this.options[name] ?? this.words.settings[name];
    if (given !== undefined || variable === undefined) return given;
    // What is empty in the environment counts as absent, as in the original.
    return this.environments.map((one) => one[variable]).find((text) => text !== undefined && text !== '');
  }

  number(name: SettingName): number | undefined {
    return this.numberIn(name, this.text(name));
  }

  numberIn(name: SettingName, text: string | undefined): number | undefined {
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value)) return value;
    this.issues.push({ path: SETTINGS[name].flag, message: `expected a number, found ${text}` });
    return undefined;
  }

  numbers(name: SettingName): number[] | undefined {
    return this.text(name)
      ?.split(',')
      .flatMap((part) => this.numberIn(name, part) ?? []);
  }

  file(name: SettingName): string | undefined {
    const file = this.text(name);
    return file === undefined ? undefined : readText(SETTINGS[name].flag, file);
  }

  /** `get=10,set=1`. */
  weights(): Record<string, number | undefined> | undefined {
    const text = this.text('weights');
    if (text === undefined) return undefined;
    const pairs = text.split(',').map((part) => part.split('='));
    return Object.fromEntries(
      pairs.map(([name = '', weight]) => [name.trim(), this.numberIn('weights', weight ?? '')]),
    );
  }

  sasl(): { username: string; password: string } | undefined {
    const text = this.text('kazooSaslOptions');
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
      this.issues.push({ path: `${SETTINGS.kazooSaslOptions.flag} ${path}`, message });
    return undefined;
  }

  /** Own parameters of the caller: the flags win over the variables. */
  bench(): Record<string, string> {
    const variables = this.environments
      .toReversed()
      .flatMap((one) => Object.entries(one))
      .flatMap(([name, value]) => {
        const own = BENCH_VARIABLE.exec(name)?.[1];
        return own === undefined || value === undefined ? [] : [[own.toLowerCase().replaceAll('_', '-'), value]];
      });
    return { ...Object.fromEntries(variables), ...this.words.bench };
  }

  remarks(): string[] {
    const unused = (['client', 'kazooHandler'] as const).flatMap((name) => {
      const text = this.text(name);
      return text === undefined
        ? []
        : [`${SETTINGS[name].flag} ${text} has no meaning here: there is one client, Tidemark's own`];
    });
    if (this.environments.some((one) => (one['KAZOO_LOCUST_CREATE_CLIENT'] ?? '') !== ''))
      this.issues.push({
        path: 'KAZOO_LOCUST_CREATE_CLIENT',
        message: 'expected nothing: Python code cannot make the client here; use the flags for timeouts, login and TLS',
      });
    return [...this.words.remarks, ...unused];
  }
}

function specInput(settings: Settings, options: ZookeeperOptions, hasSasl: boolean): Record<string, unknown> {
  const rate = settings.number('rate');
  const min = settings.number('minWait') ?? 0;
  const duration = settings.number('duration');
  const collect = settings.text('zkMetricsCollect');
  const wantsReport = settings.text('reportDir') !== undefined;
  const interval = settings.number('statsCollect');
  const metricsMs =
    collect === undefined || collect === 'web'
      ? wantsReport || settings.text('zkMetricsCsv') !== undefined
        ? MS_PER_S
        : undefined
      : settings.numberIn('zkMetricsCollect', collect);
  const adminPorts = settings.numbers('adminPort');
  const wantsStats = [interval, settings.text('statsCsv'), settings.text('statsDistrib')].some(
    (one) => one !== undefined && one !== 0,
  );
  const behavior = settings.text('exceptionBehavior');
  const weights = settings.weights();
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
    durationMs: duration === undefined ? undefined : Math.round(duration * MS_PER_S),
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
    bench: settings.bench(),
    log: interval === undefined || interval === 0 ? {} : { intervalMs: interval },
    seed: settings.number('seed'),
  });
}

/** Fields that a setting stands for, longest path first. */
const FIELDS = Object.values(SETTINGS)
  .flatMap(({ flag, field }: Setting) => (field === undefined ? [] : [{ flag, field }]))
  .toSorted((one, other) => other.field.length - one.field.length);

const named = (issues: readonly Issue[]): Issue[] =>
  issues.map(({ path, message }) => {
    const field = path.replace(/^(spec|target)\./, '');
    return { path: FIELDS.find((one) => field.startsWith(one.field))?.flag ?? path, message };
  });

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
  const { envFile } = options;
  const fromFile = envFile === undefined ? {} : parseEnv(readText('--env-file', envFile));
  const settings = new Settings(options, readLocustWords(words), [fromFile, environment]);
  const sasl = settings.sasl();
  const input = specInput(settings, options, sasl !== undefined);
  const targetInput = defined({
    connectString: settings.text('hosts') ?? '127.0.0.1:2181',
    username: settings.text('username') ?? sasl?.username,
    password: settings.text('password') ?? sasl?.password,
    tls: tlsInput(settings, options),
  });
  const executors = settings.number('executors') ?? 1;
  const remarks = settings.remarks();
  const spec = ZookeeperSpec.safeParse(input);
  const target = ZookeeperTarget.safeParse(targetInput);
  const together = spec.success && target.success ? zookeeperRun(spec.data, target.data).issues : [];
  const issues = [
    ...settings.issues,
    ...(spec.success ? [] : named(issuesOf(spec.error, input))),
    ...(target.success ? [] : named(issuesOf(target.error, targetInput))),
    ...named(together),
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
