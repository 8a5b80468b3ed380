import type { CreateRun } from '#libs/contract/run.js';
import { reportLines } from '#libs/workloads/parent/parent-text.js';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-code.js';
import type { Session } from '../run-commands.js';
import { stopSignal } from '../stop-signal.js';
import { summaryText } from '../text/summary-text.js';
import { watchRun } from '../watch.js';
import { writeWhole } from '../whole-file.js';
import { startLocalService } from './local-service.js';

/** How a suite or a search is carried out and shown. */
export interface Showing {
  json: boolean;
  /** File for the HTML report. */
  report?: string | undefined;
}

/** Has a server carry out a run of runs and shows it to its end. Ctrl-C cancels it, which is waited for. */
export async function carryOut(session: Session, body: CreateRun, { json, report }: Showing): Promise<ExitCode> {
  const { remote, terminal } = session;
  const line = (text: string) => (json ? terminal.remark(text) : terminal.write(`${text}\n`));
  const created = await remote.create(body);
  terminal.remark(`run ${created.id}: ${remote.url(created.id)}`);
  const { signal, release } = stopSignal(terminal);
  const cancel = () => void remote.cancel(created.id).catch((error: unknown) => terminal.remark(String(error)));
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const run = await watchRun(remote, created.id, line);
    const summary = await remote.summary(run.id);
    const found = summary?.report;
    line('');
    if (found?.kind === 'suite' || found?.kind === 'search') for (const text of reportLines(found)) line(text);
    else line(summaryText(run, summary));
    if (run.problem) terminal.remark(`${run.problem.code}: ${run.problem.detail}`);
    if (report !== undefined) await writeWhole(report, await remote.report(run.id));
    if (json) terminal.write(`${JSON.stringify({ run, summary }, null, 2)}\n`);
    return signal.aborted ? EXIT.interrupted : exitCodeOf(run);
  } finally {
    release();
  }
}

/** The same with an API and executors of its own, which are stopped at the end; what they stored stays. */
export async function carryOutHere(
  connect: (server: string) => Session,
  body: CreateRun,
  { executors, ...showing }: Showing & { executors: number },
): Promise<ExitCode> {
  const service = await startLocalService(executors);
  try {
    return await carryOut(connect(service.server), body, showing);
  } finally {
    await service.stop();
  }
}
