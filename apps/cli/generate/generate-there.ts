import { Policies, type Run } from '#libs/contract/run.js';
import { footLines, headLines } from '#libs/workloads/generate/generate-text.js';
import { type ExitCode, exitCodeOf } from '../exit-code.js';
import type { Session } from '../run-commands.js';
import { watchRun } from '../watch.js';
import { datasetOf, generateSpec, type GenerateOptions } from './generate-options.js';

const MS_PER_S = 1_000;
/** As much as an executor with two cores can use; its own lanes are not known here. */
const LANES = 2;

async function foot({ remote, terminal }: Session, run: Run, line: (text: string) => void): Promise<void> {
  const summary = await remote.summary(run.id);
  if (run.problem) terminal.remark(`${run.problem.code}: ${run.problem.detail}`);
  else if (summary?.report?.kind === 'generate')
    for (const text of footLines(summary.report, summary.durationMs / MS_PER_S)) line(text);
}

/** Has a server make the files below the data root of its executors, and shows it to its end. */
export async function generateThere(
  session: Session,
  options: GenerateOptions,
  { executors, lostExecutor, json }: { executors: number; lostExecutor: Policies['lostExecutor']; json: boolean },
): Promise<ExitCode> {
  const { remote, terminal } = session;
  const line = (text: string) => (json ? terminal.remark(text) : terminal.write(`${text}\n`));
  const spec = generateSpec(options, datasetOf(options.outputDir), LANES);
  const created = await remote.create({
    kind: 'generate',
    spec,
    labels: {},
    thresholds: [],
    placement: { executors, labels: {} },
    policies: Policies.parse({ lostExecutor }),
  });
  terminal.remark(`run ${created.id}: ${remote.url(created.id)}`);
  for (const text of headLines(spec, spec.dataset)) line(text);
  const run = await watchRun(remote, created.id, line);
  await foot(session, run, line);
  if (json) terminal.write(`${JSON.stringify({ run, summary: await remote.summary(run.id) }, null, 2)}\n`);
  return exitCodeOf(run);
}
