import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CodedError } from '#libs/contract/problem.js';
import type { Environment } from '#libs/contract/settings.js';
import { type DataSource, folderSource } from '#libs/dataset/data-source.js';
import { s3Source } from '#libs/dataset/s3/s3-source.js';
import { systemClock } from '#libs/load/clock.js';
import type { ShardResult } from '#libs/workloads/driver.js';
import { queryVerdict } from '#libs/workloads/query/query-verdict.js';
import { queryFiles, queryFrom } from '#libs/workloads/query/query.driver.js';
import { assignmentsOf, planQuery } from '#libs/workloads/query/query.plan.js';
import { footLines, headLines, logLine } from '#libs/workloads/query/query-text.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { localName } from '../generate/generate-options.js';
import { s3Variables } from '../s3/config.js';
import { isS3, s3Asked } from '../s3/s3-options.js';
import { stopSignal } from '../stop-signal.js';
import { type LocalEvents, runLocally } from '../stress/local-run.js';
import type { Terminal } from '../terminal.js';
import { writeAssignments } from './assignments-file.js';
import { queryJob, type QueryJob, type QueryOptions } from './query-options.js';

const MS_PER_S = 1_000;

const localEvents = (line: (text: string) => void): LocalEvents => ({
  prepared: () => undefined,
  opened: () => undefined,
  interval: () => undefined,
  mismatch: () => undefined,
  started: () => undefined,
  log: (level, message) => line(logLine(systemClock.epochMs(), level, message)),
});

function exitCodeOf({ failure, stopped }: ShardResult): ExitCode {
  if (failure) return EXIT.failed;
  return stopped ? EXIT.interrupted : EXIT.ok;
}

async function sourceOf({ csvDir }: QueryJob, options: QueryOptions): Promise<DataSource> {
  if (isS3(csvDir)) {
    const { place, pattern } = s3Asked(`${csvDir.replace(/\/+$/, '')}/*`, options, s3Variables());
    // A query keeps no progress.
    return s3Source(place, pattern, '');
  }
  const folder = await realpath(resolve(csvDir)).catch((cause: unknown) => {
    const message = `No files found: there is no folder ${csvDir}; check --csv-dir (CSV_DIR)`;
    throw new CodedError('INPUT_UNREADABLE', message, [], { cause });
  });
  return folderSource({ folder, shown: csvDir });
}

/** A run that went to its end may fail by what it found. */
function judged(spec: QueryJob['spec'], result: ShardResult): ShardResult {
  const message = result.report?.kind === 'query' && !result.stopped ? queryVerdict(spec, result.report) : undefined;
  return message === undefined || result.failure
    ? result
    : { ...result, failure: { code: 'VALIDATION_MISMATCH', message } };
}

async function carryOut(
  { spec, target }: QueryJob,
  place: DataSource,
  line: (text: string) => void,
  signal: AbortSignal,
) {
  const [shard] = planQuery(spec, { executors: 1 });
  if (shard === undefined) throw new CodedError('INTERNAL', 'the plan has no shard');
  const beganNs = systemClock.nowNs();
  const driver = queryFrom(() => Promise.resolve(place));
  const result = await runLocally(driver, { spec, target, shard }, localEvents(line), { clock: systemClock, signal });
  return { result: judged(spec, result), seconds: (systemClock.nowNs() - beganNs) / 1e6 / MS_PER_S };
}

/** Makes the queries from this process. With `json`, lines go to standard error and standard output is one document. */
export async function queryHere(
  options: QueryOptions,
  environment: Environment,
  asJson: boolean,
  terminal: Terminal,
): Promise<ExitCode> {
  const job = queryJob(options, environment, (csvDir, lanes) => ({ dataset: localName(resolve(csvDir)), lanes }));
  const { spec, csvDir, workerCount, region } = job;
  const place = await sourceOf(job, options);
  const line = (text: string) => (asJson ? terminal.remark(text) : terminal.write(`${text}\n`));
  if (options.assignments !== undefined) {
    const names = (await queryFiles(place, spec)).map(({ name }) => name);
    writeAssignments(options.assignments, { csvDir, assignments: assignmentsOf(names, workerCount) });
  }
  const { signal, release } = stopSignal(terminal);
  try {
    for (const text of headLines(spec, csvDir, workerCount)) line(text);
    const { result, seconds } = await carryOut(job, place, line, signal);
    if (result.report?.kind === 'query') for (const text of footLines(result.report, seconds)) line(text);
    if (result.failure) terminal.remark(`${result.failure.code}: ${result.failure.message}`);
    if (asJson) {
      const { report = null, failure = null, stopped } = result;
      terminal.write(`${JSON.stringify({ spec, region, seconds, stopped, failure, report }, null, 2)}\n`);
    }
    return exitCodeOf(result);
  } finally {
    release();
  }
}
