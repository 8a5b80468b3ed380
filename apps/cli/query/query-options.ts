import { issuesOf } from '#libs/contract/issues.js';
import { CodedError } from '#libs/contract/problem.js';
import type { Environment } from '#libs/contract/settings.js';
import { Target } from '#libs/contract/target.js';
import { WILDCARD } from '#libs/dataset/csv-files.js';
import { parseS3Pattern } from '#libs/dataset/s3/s3-object.js';
import { QuerySpec } from '#libs/workloads/query/query.schema.js';
import { isS3, type S3Options } from '../s3/s3-options.js';
import { readEnvFile } from '../env-file.js';
import { isTrue } from '../true-word.js';
import { defined, GivenSettings, listed } from '../given-settings.js';
import { SETTINGS, type SettingName } from './query-settings.js';

/** What the command takes, as commander gives it: the settings as text, and switches. */
export type QueryOptions = Partial<Record<SettingName, string>> &
  S3Options & {
    header: boolean;
    dryRun: boolean;
    shuffle: boolean;
    open: boolean;
    checkPayload: boolean;
    failOnMismatch: boolean;
    envFile?: string;
    assignments?: string;
  };

/** A query run as flags, environment and file of variables ask for it. */
export interface QueryJob {
  spec: QuerySpec;
  target: Target;
  csvDir: string;
  workerCount: number;
  region: string;
}

const REFUSAL = 'the queries cannot be made as asked';

type Settings = GivenSettings<SettingName>;

function specInput(settings: Settings, options: QueryOptions, dataset: string, lanes: number): Record<string, unknown> {
  const rate = settings.number('rate');
  const header = options.header && isTrue(settings.variable('CSV_HAS_HEADER') ?? 'true');
  return defined({
    dataset,
    lanes,
    fileGlob: settings.text('fileGlob'),
    csv: defined({
      header,
      delimiter: settings.text('delimiter'),
      columns: header ? undefined : listed(settings.text('columns')),
    }),
    keyColumn: settings.text('sortKeyColumn'),
    keyspace: settings.text('keyspace'),
    table: settings.text('table'),
    statement: settings.text('statement'),
    bind: listed(settings.text('bind')),
    consistencyLevel: settings.text('consistency')?.toUpperCase(),
    batchSize: settings.number('batchSize'),
    queueSize: settings.number('queueSize'),
    concurrency: settings.number('concurrency'),
    timeoutMs: settings.secondsAsMs('timeout'),
    loops: settings.number('loops'),
    durationMs: settings.secondsAsMs('duration'),
    order: { type: options.shuffle ? 'shuffled' : 'file' },
    sampleShare: settings.number('sample'),
    ...(rate === undefined
      ? {}
      : { rate: options.open ? { model: 'open', ratePerSecond: rate } : { model: 'closed', throttlePerSecond: rate } }),
    dryRun: options.dryRun,
    check: { payload: options.checkPayload, fail: options.failOnMismatch },
    log: defined({ metricsEveryMs: settings.secondsAsMs('metricsInterval') }),
    seed: settings.number('seed'),
  });
}

/** `s3://bucket/prefix` and the pattern, where there is one. */
function parseS3Folder(text: string): { folder: string; pattern: string | undefined } {
  const parsed = parseS3Pattern(text);
  if (parsed === undefined || !WILDCARD.test(parsed.pattern)) return { folder: text, pattern: undefined };
  return { folder: `s3://${parsed.bucket}/${parsed.folder}`, pattern: parsed.pattern };
}

/**
 * What the flags ask for; `placeOf` says how the folder is called in the specification and how many lanes an executor has
 * for so many workers. Throws CodedError VALIDATION_FAILED with every problem, by flag.
 */
export function queryJob(
  options: QueryOptions,
  environment: Environment,
  placeOf: (csvDir: string, workers: number) => { dataset: string; lanes: number },
): QueryJob {
  const settings = new GivenSettings<SettingName>(SETTINGS, options, [
    readEnvFile(options.envFile, REFUSAL),
    environment,
  ]);
  const asked = settings.text('csvDir') ?? '.';
  const s3 = isS3(asked) ? parseS3Folder(asked) : undefined;
  const csvDir = s3?.folder ?? asked;
  const workerCount = settings.number('workerCount') ?? 1;
  const { dataset, lanes } = placeOf(csvDir, workerCount);
  const input = {
    ...specInput(settings, options, dataset, lanes),
    ...(s3?.pattern !== undefined && { fileGlob: s3.pattern }),
  };
  const targetInput = defined({
    contactPoints: listed(settings.text('hosts')),
    port: settings.number('port'),
    username: settings.text('username'),
    password: settings.text('password'),
    localDatacenter: settings.text('localDatacenter'),
  });
  const spec = QuerySpec.safeParse(input);
  const target = Target.safeParse(targetInput);
  const issues = [
    ...settings.issues,
    ...(spec.success ? [] : settings.named(issuesOf(spec.error, input))),
    ...(target.success ? [] : settings.named(issuesOf(target.error, targetInput))),
  ];
  if (!spec.success || !target.success || issues.length > 0) throw new CodedError('VALIDATION_FAILED', REFUSAL, issues);
  return { spec: spec.data, target: target.data, csvDir, workerCount, region: settings.text('region') ?? 'local' };
}
