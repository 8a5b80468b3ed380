import { isDatasetId } from '#libs/contract/dataset-id.js';
import { issuesOf } from '#libs/contract/issues.js';
import { CodedError } from '#libs/contract/problem.js';
import { Target } from '#libs/contract/target.js';
import { splitPattern } from '#libs/dataset/csv-files.js';
import { parseS3Pattern } from '#libs/dataset/s3/s3-object.js';
import { LoadSpec } from '#libs/workloads/load/load.schema.js';
import type { S3Options } from '../s3/s3-options.js';
import { isTrue } from '../true-word.js';
import type { LoadVariables } from './config.js';

/** What the command takes, as commander gives it; what is absent has its variable, or its default. */
export interface LoadOptions extends S3Options {
  hosts?: string;
  port?: number;
  keyspace?: string;
  table?: string;
  username?: string;
  password?: string;
  localDatacenter?: string;
  csvPattern?: string;
  header: boolean;
  delimiter?: string;
  columns?: string;
  type: string[];
  partitionKey?: string;
  clustering?: string;
  batchSize?: number;
  batchBy?: string;
  skipCreate: boolean;
  replicationFactor?: number;
  replication?: string;
  concurrency?: number;
  lanes?: number;
  threads?: number;
  rate?: number;
  consistency?: string;
  ttl?: number;
  timestampColumn?: string;
  timestampUnit?: string;
  emptyAs?: string;
  retries?: number;
  timeout?: number;
  maxRejected?: number;
  maxFailed?: number;
  verify?: string;
  restart: boolean;
}

const DEFAULT_FOLDER = './data';
const DEFAULT_GLOB = '*.csv';
/** Of a registered dataset. */
const EVERY_FILE = '**';

/** How a field is called on the command line. */
const FLAGS: Readonly<Record<string, string>> = {
  'spec.dataset': '--csv-pattern (on a server its folder is the name of a dataset)',
  'spec.pattern': '--csv-pattern',
  'spec.keyspace': '--keyspace',
  'spec.table': '--table',
  'spec.delimiter': '--delimiter',
  'spec.columns': '--columns',
  'spec.create.types': '--type',
  'spec.create.partitionKey': '--partition-key',
  'spec.create.clustering': '--clustering',
  'spec.create.replication': '--replication-factor',
  'spec.batchSize': '--batch-size',
  'spec.batchBy': '--batch-by',
  'spec.concurrency': '--concurrency',
  'spec.lanes': '--lanes',
  'spec.rowsPerSecond': '--rate',
  'spec.consistencyLevel': '--consistency',
  'spec.ttlS': '--ttl',
  'spec.timestamp.column': '--timestamp-column',
  'spec.timestamp.unit': '--timestamp-unit',
  'spec.emptyAs': '--empty-as',
  'spec.errors.retries': '--retries',
  'spec.errors.maxRejected': '--max-rejected',
  'spec.errors.maxFailed': '--max-failed',
  'spec.verify': '--verify',
  'spec.connection.requestTimeoutMs': '--timeout',
  'target.port': '--port',
  'target.contactPoints': '--hosts',
};

const flagOf = (path: string): string =>
  FLAGS[path] ?? Object.entries(FLAGS).find(([field]) => path.startsWith(field))?.[1] ?? path;

const list = (text: string | undefined): string[] | undefined => text?.split(',').map((each) => each.trim());

/** `dc1=3,dc2=2` or the factor alone. */
function replicationOf({ replication, replicationFactor }: LoadOptions): unknown {
  if (replication === undefined) return { factor: replicationFactor ?? 3 };
  return {
    datacenters: Object.fromEntries(
      replication.split(',').map((each) => {
        const [name = '', factor] = each.split('=');
        return [name.trim(), Number(factor)];
      }),
    ),
  };
}

/** `none`, `full` or a share. */
function verifyOf({ verify = 'none' }: LoadOptions): unknown {
  return verify === 'none' || verify === 'full' ? { type: verify } : { type: 'sample', share: Number(verify) };
}

/** Folder and pattern of the files, as the flag or the variables say. */
export function placeOf({ csvPattern }: LoadOptions, variables: LoadVariables): { folder: string; pattern: string } {
  const s3 = csvPattern === undefined ? undefined : parseS3Pattern(csvPattern);
  if (s3) return { folder: `s3://${s3.bucket}/${s3.folder}`, pattern: s3.pattern };
  if (csvPattern !== undefined && isDatasetId(csvPattern)) return { folder: csvPattern, pattern: EVERY_FILE };
  if (csvPattern !== undefined) return splitPattern(csvPattern);
  return { folder: variables.CSV_DIR ?? DEFAULT_FOLDER, pattern: variables.FILE_GLOB ?? DEFAULT_GLOB };
}

const hasHeader = ({ header }: LoadOptions, { CSV_HAS_HEADER }: LoadVariables): boolean =>
  header && (CSV_HAS_HEADER === undefined || isTrue(CSV_HAS_HEADER));

/** What is loaded and where to. Throws CodedError VALIDATION_FAILED with every problem, by flag. */
export function loadRequest(
  options: LoadOptions,
  variables: LoadVariables,
  { dataset, pattern, lanes }: { dataset: string; pattern: string; lanes: number },
): { spec: LoadSpec; target: Target } {
  const spec = defined({
    dataset,
    pattern,
    header: hasHeader(options, variables),
    delimiter: options.delimiter,
    columns: list(options.columns),
    emptyAs: options.emptyAs,
    keyspace: options.keyspace ?? variables.SCYLLA_KEYSPACE,
    table: options.table ?? variables.SCYLLA_TABLE,
    skipCreate: options.skipCreate,
    create: defined({
      replication: replicationOf(options),
      partitionKey: list(options.partitionKey),
      clustering: list(options.clustering),
      types: Object.fromEntries(options.type.map((each) => each.split('='))),
    }),
    batchSize: options.batchSize,
    batchBy: options.batchBy,
    concurrency: options.concurrency,
    lanes: options.lanes ?? options.threads ?? lanes,
    rowsPerSecond: options.rate,
    consistencyLevel: (options.consistency ?? variables.SCYLLA_CONSISTENCY)?.toUpperCase(),
    ttlS: options.ttl,
    timestamp:
      options.timestampColumn === undefined
        ? undefined
        : defined({ column: options.timestampColumn, unit: options.timestampUnit }),
    errors: defined({ retries: options.retries, maxRejected: options.maxRejected, maxFailed: options.maxFailed }),
    verify: verifyOf(options),
    existing: options.restart ? 'restart' : 'resume',
    connection: defined({ requestTimeoutMs: options.timeout === undefined ? undefined : options.timeout * 1000 }),
  });
  const target = defined({
    contactPoints: list(options.hosts ?? variables.SCYLLA_HOSTS) ?? ['127.0.0.1'],
    port: options.port ?? (variables.SCYLLA_PORT === undefined ? undefined : Number(variables.SCYLLA_PORT)),
    localDatacenter: options.localDatacenter,
    username: options.username ?? variables.SCYLLA_USERNAME,
    password: options.password ?? variables.SCYLLA_PASSWORD,
  });
  const parsed = { spec: LoadSpec.safeParse(spec), target: Target.safeParse(target) };
  if (parsed.spec.success && parsed.target.success) return { spec: parsed.spec.data, target: parsed.target.data };
  const issues = [
    ...(parsed.spec.error
      ? issuesOf(parsed.spec.error, spec).map((issue) => ({ ...issue, path: `spec.${issue.path}` }))
      : []),
    ...(parsed.target.error
      ? issuesOf(parsed.target.error, target).map((issue) => ({ ...issue, path: `target.${issue.path}` }))
      : []),
  ];
  throw new CodedError(
    'VALIDATION_FAILED',
    'the rows cannot be loaded as asked',
    issues.map(({ path, message }) => ({ path: flagOf(path), message })),
  );
}

const defined = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
