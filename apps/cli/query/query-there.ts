import { Policies, type Run } from '#libs/contract/run.js';
import type { Environment } from '#libs/contract/settings.js';
import { footLines, headLines } from '#libs/workloads/query/query-text.js';
import { type ExitCode, exitCodeOf } from '../exit-code.js';
import { datasetOf } from '../generate/generate-options.js';
import type { Session } from '../run-commands.js';
import { registerS3 } from '../s3/register-s3.js';
import { isS3 } from '../s3/s3-options.js';
import { watchRun } from '../watch.js';
import { writeAssignments } from './assignments-file.js';
import { queryJob, type QueryOptions } from './query-options.js';

const MS_PER_S = 1_000;

/** The name of a dataset that is still to be registered. */
const NOT_YET = 's3';

/** Compressed files are found too, as in a folder. */
const s3Files = (csvDir: string, { fileGlob }: { fileGlob: string }): string =>
  `${csvDir.replace(/\/+$/, '')}/${fileGlob}${fileGlob.endsWith('.csv') ? '{,.gz,.zst}' : ''}`;

async function foot(
  { remote, terminal }: Session,
  run: Run,
  { assignments }: QueryOptions,
  line: (text: string) => void,
): Promise<void> {
  const summary = await remote.summary(run.id);
  if (summary?.report?.kind === 'query') {
    for (const text of footLines(summary.report, summary.durationMs / MS_PER_S)) line(text);
    const { dataset } = summary.report;
    if (assignments !== undefined)
      writeAssignments(assignments, { csvDir: dataset, assignments: summary.report.assignments });
  }
  if (run.problem) terminal.remark(`${run.problem.code}: ${run.problem.detail}`);
}

/** Has a server make the queries, with one executor for each worker, and shows them to their end. */
export async function queryThere(
  session: Session,
  options: QueryOptions,
  environment: Environment,
  json: boolean,
): Promise<ExitCode> {
  const { remote, terminal } = session;
  const line = (text: string) => (json ? terminal.remark(text) : terminal.write(`${text}\n`));
  const asked = queryJob(options, environment, (csvDir) => ({
    dataset: isS3(csvDir) ? NOT_YET : datasetOf(csvDir),
    lanes: 1,
  }));
  const { target, workerCount, region, csvDir } = asked;
  const spec = isS3(csvDir)
    ? { ...asked.spec, dataset: await registerS3(remote.datasets, s3Files(csvDir, asked.spec), options) }
    : asked.spec;
  const created = await remote.create({
    kind: 'query',
    spec,
    target,
    labels: { region },
    thresholds: [],
    placement: { executors: workerCount, labels: {} },
    policies: Policies.parse({}),
  });
  terminal.remark(`run ${created.id}: ${remote.url(created.id)}`);
  for (const text of headLines(spec, spec.dataset, workerCount)) line(text);
  const run = await watchRun(remote, created.id, line);
  await foot(session, run, options, line);
  if (json) terminal.write(`${JSON.stringify({ run, summary: await remote.summary(run.id) }, null, 2)}\n`);
  return exitCodeOf(run);
}
