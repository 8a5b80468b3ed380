import { readFileSync } from 'node:fs';
import { issuesOf } from '#libs/contract/issues.js';
import { CodedError, type Issue } from '#libs/contract/problem.js';
import type { Environment } from '#libs/contract/settings.js';
import { Target } from '#libs/contract/target.js';
import { SoakSpec } from '#libs/workloads/soak/soak.schema.js';
import { laneIssues } from '#libs/workloads/soak/soak-check.js';
import { readEnvFile } from '../env-file.js';
import { isTrue } from '../true-word.js';
import { SETTINGS, type Setting, type SettingName } from './soak-settings.js';

/** What the command takes, as commander gives it: the settings as text, and switches. */
export type SoakOptions = Partial<Record<SettingName, string>> & {
  poisson: boolean;
  ignoreMismatches: boolean;
  envFile?: string;
};

/** A soak run as flags, file of variables and environment ask for it. */
export interface SoakJob {
  spec: SoakSpec;
  target: Target;
  executors: number;
  remarks: string[];
}

const MS_PER_S = 1_000;
const OWN_VARIABLE = /^SCY_/;

const REFUSAL = 'the cluster cannot be soaked as asked';
const refused = (issues: readonly Issue[]): CodedError => new CodedError('VALIDATION_FAILED', REFUSAL, issues);

const VARIABLES: ReadonlySet<string> = new Set(
  Object.values(SETTINGS).flatMap(({ variable }: Setting) => (variable === undefined ? [] : [variable])),
);

/** Takes each setting from its flag, else the file, else the environment. */
class Settings {
  readonly issues: Issue[] = [];

  constructor(
    private readonly options: SoakOptions,
    private readonly environments: readonly Environment[],
  ) {}

  /** What is empty in the environment counts as absent. */
  text(name: SettingName): string | undefined {
    const { variable }: Setting = SETTINGS[name];
    const flag = this.options[name];
    if (flag !== undefined || variable === undefined) return flag;
    return this.environments.map((one) => one[variable]).find((text) => text !== undefined && text !== '');
  }

  number(name: SettingName): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value)) return value;
    this.issues.push({ path: SETTINGS[name].flag, message: `expected a number, found ${text}` });
    return undefined;
  }

  ms(name: SettingName): number | undefined {
    const seconds = this.number(name);
    return seconds === undefined ? undefined : Math.round(seconds * MS_PER_S);
  }

  json(name: SettingName): Record<string, unknown> | undefined {
    const file = this.text(name);
    if (file === undefined) return undefined;
    try {
      const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
      if (typeof read === 'object' && read !== null && !Array.isArray(read)) return { ...read };
      this.issues.push({ path: SETTINGS[name].flag, message: 'expected an object in JSON' });
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      this.issues.push({ path: SETTINGS[name].flag, message: `expected a file of JSON, found ${cause}` });
    }
    return undefined;
  }

  /** Variables that look like the original's and are none of it. */
  unknown(): string[] {
    const names = this.environments.flatMap((one) => Object.keys(one));
    return [...new Set(names)].filter((name) => OWN_VARIABLE.test(name) && !VARIABLES.has(name)).toSorted();
  }
}

const defined = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const list = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** The scaler's part; undefined when nothing was said of one. */
function scalerInput(settings: Settings): Record<string, unknown> | undefined {
  const fromFile = settings.json('scalerFile');
  const accountId = settings.number('accountId');
  const clusterId = settings.number('clusterId');
  const named = accountId !== undefined && clusterId !== undefined ? 'scylla-cloud' : undefined;
  const type = settings.text('scaler') ?? fromFile?.['type'] ?? named;
  if (type === undefined || type === 'none') return type === undefined ? undefined : { type };
  const common = {
    minNodes: settings.number('minNodes'),
    maxNodes: settings.number('maxNodes'),
    pollMs: settings.ms('poll'),
    stableMs: settings.ms('stable'),
    cycles: settings.number('cycles'),
  };
  const cloud = {
    apiBase: settings.text('cloudApiBase'),
    token: settings.text('cloudToken'),
    accountId,
    clusterId,
  };
  return defined({ ...fromFile, type, ...defined({ ...common, ...(type === 'scylla-cloud' && cloud) }) });
}

function specInput(settings: Settings, options: SoakOptions): Record<string, unknown> {
  const bias = settings.text('batchBiasHigh');
  const factor = settings.number('replicationFactor');
  const compression = settings.text('compression');
  const progressEveryMs = settings.ms('progress');
  return defined({
    writers: settings.number('writers'),
    batchMin: settings.number('batchMin'),
    batchMax: settings.number('batchMax'),
    batchSizes: bias === undefined ? undefined : isTrue(bias) ? 'high' : 'uniform',
    batchesInFlight: settings.number('batchesInFlight'),
    batchesPerCycle: settings.number('batchesPerCycle'),
    readers: settings.number('readers'),
    readRatePerSecond: settings.number('readRate'),
    readArrival: options.poisson ? 'poisson' : undefined,
    readsInFlight: settings.number('readsInFlight'),
    verifyShare: settings.number('verify'),
    failOnMismatch: !options.ignoreMismatches,
    pool: defined({ keys: settings.number('poolKeys'), keep: settings.text('poolKeep') }),
    keyspace: settings.text('keyspace'),
    table: settings.text('table'),
    replication: factor === undefined ? undefined : { factor },
    consistencyLevel: settings.text('consistency')?.toUpperCase(),
    durationMs: settings.ms('duration'),
    scaler: scalerInput(settings),
    lanes: settings.number('threads'),
    timeoutMs: settings.ms('timeout'),
    connection: compression === undefined ? undefined : { compression },
    log: progressEveryMs === undefined ? undefined : { progressEveryMs },
    seed: settings.number('seed'),
  });
}

/** Fields that a setting stands for, longest path first. */
const FIELDS = Object.values(SETTINGS)
  .flatMap(({ flag, field }: Setting) => (field === undefined ? [] : [{ flag, field }]))
  .toSorted((one, other) => other.field.length - one.field.length);

const named = (issues: readonly Issue[]): Issue[] =>
  issues.map(({ path, message }) => {
    const field = path.replace(/^spec\./, '');
    return { path: FIELDS.find((one) => field.startsWith(one.field))?.flag ?? path, message };
  });

/** What was asked for. Throws CodedError VALIDATION_FAILED with every problem, by flag. */
export function soakJob(options: SoakOptions, environment: Environment): SoakJob {
  const settings = new Settings(options, [readEnvFile(options.envFile, REFUSAL), environment]);
  const input = specInput(settings, options);
  const targetInput = defined({
    contactPoints: list(settings.text('hosts')) ?? ['127.0.0.1'],
    port: settings.number('port'),
    username: settings.text('username'),
    password: settings.text('password'),
    localDatacenter: settings.text('localDatacenter'),
  });
  const executors = settings.number('executors') ?? 1;
  const spec = SoakSpec.safeParse(input);
  const target = Target.safeParse(targetInput);
  const issues = [
    ...settings.issues,
    ...(spec.success ? named(laneIssues(spec.data, executors)) : named(issuesOf(spec.error, input))),
    ...(target.success ? [] : named(issuesOf(target.error, targetInput))),
  ];
  if (!spec.success || !target.success || issues.length > 0) throw refused(issues);
  const remarks = settings.unknown().map((name) => `${name} is no variable of the resize tester: it is not used`);
  return { spec: spec.data, target: target.data, executors, remarks };
}
