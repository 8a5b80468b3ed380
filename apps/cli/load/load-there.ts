import { Policies, type Run } from '#libs/contract/run.js';
import { loadFoot, loadHead } from '#libs/workloads/load/load-text.js';
import { type ExitCode, exitCodeOf } from '../exit-code.js';
import { datasetOf } from '../generate/generate-options.js';
import type { Session } from '../run-commands.js';
import { watchRun } from '../watch.js';
import type { LoadVariables } from './config.js';
import { loadRequest, type LoadOptions, placeOf } from './load-options.js';

const MS_PER_S = 1_000;
/** As much as an executor with two cores can use; its own cores are not known here. */
const LANES = 2;

async function foot({ remote, terminal }: Session, run: Run, line: (text: string) => void): Promise<void> {
  const summary = await remote.summary(run.id);
  if (run.problem) terminal.remark(`${run.problem.code}: ${run.problem.detail}`);
  if (summary?.report?.kind === 'load')
    for (const text of loadFoot(summary.report, summary.durationMs / MS_PER_S)) line(text);
}

/** Has the executors of a server load a dataset below their data root, and shows it to its end. */
export async function loadThere(
  session: Session,
  options: LoadOptions,
  variables: LoadVariables,
  { executors, lostExecutor, json }: { executors: number; lostExecutor: Policies['lostExecutor']; json: boolean },
): Promise<ExitCode> {
  const { remote, terminal } = session;
  const line = (text: string) => (json ? terminal.remark(text) : terminal.write(`${text}\n`));
  const { folder, pattern } = placeOf(options, variables);
  const { spec, target } = loadRequest(options, variables, { dataset: datasetOf(folder), pattern, lanes: LANES });
  const created = await remote.create({
    kind: 'load',
    spec,
    target,
    labels: {},
    thresholds: [],
    placement: { executors, labels: {} },
    policies: Policies.parse({ lostExecutor }),
  });
  terminal.remark(`run ${created.id}: ${remote.url(created.id)}`);
  for (const text of loadHead(spec, spec.dataset)) line(text);
  const run = await watchRun(remote, created.id, line);
  await foot(session, run, line);
  if (json) terminal.write(`${JSON.stringify({ run, summary: await remote.summary(run.id) }, null, 2)}\n`);
  return exitCodeOf(run);
}
