import { issuesOf } from '#libs/contract/issues.js';
import { CodedError, type Issue } from '#libs/contract/problem.js';
import type { Environment } from '#libs/contract/settings.js';
import { Target } from '#libs/contract/target.js';
import { WILDCARD } from '#libs/dataset/csv-files.js';
import { parseS3Pattern } from '#libs/dataset/s3/s3-object.js';
import { QuerySpec } from '#libs/workloads/query/query.schema.js';
import { isS3, type S3Options } from '../s3/s3-options.js';
import { readEnvFile } from '../env-file.js';
import { isTrue } from '../true-word.js';
import { SETTINGS, type Setting, type SettingName } from './query-settings.js';

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

const MS_PER_S = 1_000;
const REFUSAL = 'the queries cannot be made as asked';

const refused = (issues: readonly Issue[]): CodedError => new CodedError('VALIDATION_FAILED', REFUSAL, issues);

/** Takes each setting from its flag, else the file, else the environment, else its default; keeps what it was called. */
class Settings {
  readonly issues: Issue[] = [];

  constructor(
    private readonly options: QueryOptions,
    private readonly environments: readonly Environment[],
  ) {}

  /** What is empty in the environment counts as absent, as in the original. */
  text(name: SettingName): string | undefined {
    const setting: Setting = SETTINGS[name];
    const flag = this.options[name];
    if (flag !== undefined) return flag;
    const { variable } = setting;
    const found =
      variable === undefined
        ? undefined
        : this.environments.map((one) => one[variable]).find((text) => text !== undefined);
    return found === undefined || found === '' ? setting.default : found;
  }

  number(name: SettingName): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value)) return value;
    this.issues.push({ path: SETTINGS[name].flag, message: `expected a number, found ${text}` });
    return undefined;
  }

  seconds(name: SettingName): number | undefined {
    const value = this.number(name);
    return value === undefined ? undefined : Math.round(value * MS_PER_S);
  }

  flag(variable: string): boolean | undefined {
    const text = this.environments.map((one) => one[variable]).find((found) => found !== undefined && found !== '');
    return text === undefined ? undefined : isTrue(text);
  }
}

/** Fields of the specification that a setting stands for, longest path first. */
const FIELDS = Object.values(SETTINGS)
  .flatMap(({ flag, field }: Setting) => (field === undefined ? [] : [{ flag, field }]))
  .toSorted((one, other) => other.field.length - one.field.length);

const named = (issues: readonly Issue[]): Issue[] =>
  issues.map(({ path, message }) => ({
    path: FIELDS.find(({ field }) => path.startsWith(field))?.flag ?? path,
    message,
  }));

const defined = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const list = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function specInput(settings: Settings, options: QueryOptions, dataset: string, lanes: number): Record<string, unknown> {
  const rate = settings.number('rate');
  const header = options.header && (settings.flag('CSV_HAS_HEADER') ?? true);
  return defined({
    dataset,
    lanes,
    fileGlob: settings.text('fileGlob'),
    csv: defined({
      header,
      delimiter: settings.text('delimiter'),
      columns: header ? undefined : list(settings.text('columns')),
    }),
    keyColumn: settings.text('sortKeyColumn'),
    keyspace: settings.text('keyspace'),
    table: settings.text('table'),
    statement: settings.text('statement'),
    bind: list(settings.text('bind')),
    consistencyLevel: settings.text('consistency')?.toUpperCase(),
    batchSize: settings.number('batchSize'),
    queueSize: settings.number('queueSize'),
    concurrency: settings.number('concurrency'),
    timeoutMs: settings.seconds('timeout'),
    loops: settings.number('loops'),
    durationMs: settings.seconds('duration'),
    order: { type: options.shuffle ? 'shuffled' : 'file' },
    sampleShare: settings.number('sample'),
    ...(rate === undefined
      ? {}
      : { rate: options.open ? { model: 'open', ratePerSecond: rate } : { model: 'closed', throttlePerSecond: rate } }),
    dryRun: options.dryRun,
    check: { payload: options.checkPayload, fail: options.failOnMismatch },
    log: defined({ metricsEveryMs: settings.seconds('metricsInterval') }),
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
  const settings = new Settings(options, [readEnvFile(options.envFile, REFUSAL), environment]);
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
    contactPoints: list(settings.text('hosts')),
    port: settings.number('port'),
    username: settings.text('username'),
    password: settings.text('password'),
    localDatacenter: settings.text('localDatacenter'),
  });
  const spec = QuerySpec.safeParse(input);
  const target = Target.safeParse(targetInput);
  const issues = [
    ...settings.issues,
    ...(spec.success ? [] : named(issuesOf(spec.error, input))),
    ...(target.success ? [] : named(issuesOf(target.error, targetInput))),
  ];
  if (!spec.success || !target.success || issues.length > 0) throw refused(issues);
  return { spec: spec.data, target: target.data, csvDir, workerCount, region: settings.text('region') ?? 'local' };
}
