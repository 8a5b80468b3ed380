import { Policies, type Run } from '#libs/contract/run.js';
import type { Environment } from '#libs/contract/settings.js';
import { footLines, headLines } from '#libs/workloads/query/query-text.js';
import { type ExitCode, exitCodeOf } from '../exit-code.js';
import { datasetOf } from '../generate/generate-options.js';
import type { Session } from '../run-commands.js';
import { watchRun } from '../watch.js';
import { writeAssignments } from './assignments-file.js';
import { queryJob, type QueryOptions } from './query-options.js';

const MS_PER_S = 1_000;

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
  const { spec, target, workerCount, region } = queryJob(options, environment, (csvDir) => ({
    dataset: datasetOf(csvDir),
    lanes: 1,
  }));
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
