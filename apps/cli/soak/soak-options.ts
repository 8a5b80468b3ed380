import { issuesOf } from '#libs/contract/issues.js';
import { CodedError, type Issue } from '#libs/contract/problem.js';
import type { Environment } from '#libs/contract/settings.js';
import { Target } from '#libs/contract/target.js';
import { SoakSpec } from '#libs/workloads/soak/soak.schema.js';
import { laneIssues } from '#libs/workloads/soak/soak-check.js';
import { readEnvFile } from '../env-file.js';
import { isTrue } from '../true-word.js';
import { defined, GivenSettings, listed, type Setting } from '../given-settings.js';
import { SETTINGS, type SettingName } from './soak-settings.js';

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

const OWN_VARIABLE = /^SCY_/;

const REFUSAL = 'the cluster cannot be soaked as asked';
const refused = (issues: readonly Issue[]): CodedError => new CodedError('VALIDATION_FAILED', REFUSAL, issues);

const VARIABLES: ReadonlySet<string> = new Set(
  Object.values(SETTINGS).flatMap(({ variable }: Setting) => (variable === undefined ? [] : [variable])),
);

type Settings = GivenSettings<SettingName>;

/** Variables that look like the original's and are none of it. */
function unknownOf(environments: readonly Environment[]): string[] {
  const names = environments.flatMap((one) => Object.keys(one));
  return [...new Set(names)].filter((name) => OWN_VARIABLE.test(name) && !VARIABLES.has(name)).toSorted();
}

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
    pollMs: settings.secondsAsMs('poll'),
    stableMs: settings.secondsAsMs('stable'),
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
  const progressEveryMs = settings.secondsAsMs('progress');
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
    durationMs: settings.secondsAsMs('duration'),
    scaler: scalerInput(settings),
    lanes: settings.number('threads'),
    timeoutMs: settings.secondsAsMs('timeout'),
    connection: compression === undefined ? undefined : { compression },
    log: progressEveryMs === undefined ? undefined : { progressEveryMs },
    seed: settings.number('seed'),
  });
}

/** What was asked for. Throws CodedError VALIDATION_FAILED with every problem, by flag. */
export function soakJob(options: SoakOptions, environment: Environment): SoakJob {
  const environments = [readEnvFile(options.envFile, REFUSAL), environment];
  const settings = new GivenSettings<SettingName>(SETTINGS, options, environments);
  const input = specInput(settings, options);
  const targetInput = defined({
    contactPoints: listed(settings.text('hosts')) ?? ['127.0.0.1'],
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
    ...(spec.success ? settings.named(laneIssues(spec.data, executors)) : settings.named(issuesOf(spec.error, input))),
    ...(target.success ? [] : settings.named(issuesOf(target.error, targetInput))),
  ];
  if (!spec.success || !target.success || issues.length > 0) throw refused(issues);
  const remarks = unknownOf(environments).map((name) => `${name} is no variable of the resize tester: it is not used`);
  return { spec: spec.data, target: target.data, executors, remarks };
}
