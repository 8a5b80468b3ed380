import { Policies, type Run } from '#libs/contract/run.js';
import type { Summary } from '#libs/contract/summary.js';
import { footLines, headLines } from '#libs/workloads/soak/soak-text.js';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-code.js';
import type { Session } from '../run-commands.js';
import { stopSignal } from '../stop-signal.js';
import { watchRun } from '../watch.js';
import type { SoakJob } from './soak-options.js';

const MS_PER_S = 1_000;

/** A run without an end of its own is carried out when whoever watches it cancels it. */
function codeOf({ spec }: SoakJob, run: Run, summary: Summary | null, stopped: boolean): ExitCode {
  if (!stopped || run.status !== 'cancelled') return exitCodeOf(run);
  if (spec.durationMs !== undefined) return EXIT.interrupted;
  return summary?.verdict === 'failed' ? EXIT.missed : EXIT.ok;
}

/** Has a server make the load and shows it to its end; Ctrl-C cancels it there, and what was measured is shown. */
export async function soakThere({ remote, terminal }: Session, job: SoakJob, json: boolean): Promise<ExitCode> {
  const { spec, target, executors } = job;
  const line = (text: string) => (json ? terminal.remark(text) : terminal.write(`${text}\n`));
  const created = await remote.create({
    kind: 'soak',
    spec,
    target,
    labels: {},
    thresholds: [],
    placement: { executors, labels: {} },
    policies: Policies.parse({}),
  });
  terminal.remark(`run ${created.id}: ${remote.url(created.id)}`);
  for (const text of headLines(spec, executors * spec.lanes)) line(text);
  const { signal, release } = stopSignal(terminal);
  const cancel = () =>
    void remote.cancel(created.id).catch((error: unknown) => {
      terminal.remark(`the run could not be cancelled: ${error instanceof Error ? error.message : String(error)}`);
    });
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const run = await watchRun(remote, created.id, line);
    const summary = await remote.summary(run.id);
    if (summary?.report?.kind === 'soak')
      for (const text of footLines(summary.report, summary.durationMs / MS_PER_S)) line(text);
    if (run.problem) terminal.remark(`${run.problem.code}: ${run.problem.detail}`);
    if (json) terminal.write(`${JSON.stringify({ run, summary }, null, 2)}\n`);
    return codeOf(job, run, summary, signal.aborted);
  } finally {
    signal.removeEventListener('abort', cancel);
    release();
  }
}
