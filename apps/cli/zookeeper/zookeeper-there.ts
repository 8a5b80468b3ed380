import { CodedError } from '#libs/contract/coded-error.js';
import { Policies } from '#libs/contract/run.js';
import { type ExitCode, exitCodeOf } from '../exit-code.js';
import type { Session } from '../run-commands.js';
import { watchRun } from '../watch.js';
import type { ZookeeperJob } from './zookeeper-options.js';

/** Has a server make the load and shows it to its end. */
export async function zookeeperThere(session: Session, job: ZookeeperJob, json: boolean): Promise<ExitCode> {
  const { remote, terminal } = session;
  const line = (text: string) => (json ? terminal.remark(text) : terminal.write(`${text}\n`));
  const { spec, target, executors, remarks, files } = job;
  const wanted = Object.values(files).filter((path) => path !== undefined);
  if (wanted.length > 0)
    throw new CodedError(
      'VALIDATION_FAILED',
      `a server keeps the files of a run: expected none here, found ${wanted.join(', ')}; see /v1/runs/{id}/artifacts and report`,
    );
  for (const text of remarks) line(text);
  const created = await remote.create({
    kind: 'zookeeper',
    spec,
    target,
    labels: {},
    thresholds: [],
    placement: { executors, labels: {} },
    policies: Policies.parse({}),
  });
  terminal.remark(`run ${created.id}: ${remote.url(created.id)}`);
  const run = await watchRun(remote, created.id, line);
  if (run.problem) terminal.remark(`${run.problem.code}: ${run.problem.detail}`);
  if (json) terminal.write(`${JSON.stringify({ run, summary: await remote.summary(run.id) }, null, 2)}\n`);
  return exitCodeOf(run);
}
