import { CodedError } from '#libs/contract/problem.js';
import { Policies } from '#libs/contract/run.js';
import { type ExitCode, exitCodeOf } from '../exit-code.js';
import type { Session } from '../run-commands.js';
import { summaryText } from '../text/summary-text.js';
import { watchRun } from '../watch.js';
import type { CdcJob } from './cdc-options.js';

/** Has a server run the benchmark and shows it to its end. */
export async function cdcThere(session: Session, job: CdcJob, json: boolean): Promise<ExitCode> {
  const { remote, terminal } = session;
  const line = (text: string) => (json ? terminal.remark(text) : terminal.write(`${text}\n`));
  const { spec, target, thresholds, executors, wrongRows } = job;
  if (wrongRows !== undefined)
    throw new CodedError(
      'VALIDATION_FAILED',
      `a server keeps the files of a run: expected no --wrong-rows, found ${wrongRows}; see /v1/runs/{id}/artifacts`,
    );
  const created = await remote.create({
    kind: 'cdc',
    spec,
    target,
    labels: {},
    thresholds,
    placement: { executors, labels: {} },
    policies: Policies.parse({}),
  });
  terminal.remark(`run ${created.id}: ${remote.url(created.id)}`);
  const run = await watchRun(remote, created.id, line);
  const summary = await remote.summary(run.id);
  line(summaryText(run, summary));
  if (json) terminal.write(`${JSON.stringify({ run, summary }, null, 2)}\n`);
  return exitCodeOf(run);
}
