import type { Run } from '#libs/contract/run.js';
import { isEnded } from '#libs/contract/status.js';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.js';
import type { HdrFilter, ListFilter, Remote } from './remote.js';
import { readRun } from './run-file.js';
import type { Terminal } from './terminal.js';
import { runTable } from './text/run-text.js';
import { summaryText } from './text/summary-text.js';
import { watchRun } from './watch.js';
import { writeWhole } from './whole-file.js';

/** What every command works with. */
export interface Session {
  remote: Remote;
  terminal: Terminal;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

async function showResult({ remote, terminal }: Session, run: Run, asJson: boolean): Promise<ExitCode> {
  const summary = await remote.summary(run.id);
  terminal.write(asJson ? json({ run, summary }) : `${summaryText(run, summary)}\n`);
  return isEnded(run.status) ? exitCodeOf(run) : EXIT.ok;
}

/** Follows a run to its end. With `json`, intervals go to standard error, so that standard output is one document. */
export async function watch(session: Session, runId: string, options: { json: boolean }): Promise<ExitCode> {
  const { remote, terminal } = session;
  const line = (text: string) => (options.json ? terminal.remark(text) : terminal.write(`${text}\n`));
  const run = await watchRun(remote, runId, line);
  line('');
  return showResult(session, run, options.json);
}

/** Posts a run definition. Without `watch` it answers once the run is queued. */
export async function run(
  session: Session,
  file: string,
  options: { watch: boolean; json: boolean },
): Promise<ExitCode> {
  const created = await session.remote.create(await readRun(file));
  session.terminal.remark(`run ${created.id}: ${session.remote.url(created.id)}`);
  if (options.watch) return watch(session, created.id, options);
  session.terminal.write(options.json ? json(created) : `${created.id}\n`);
  return EXIT.ok;
}

/** Cancelling twice is no error, cancelling a run that ended by itself is; what was measured is kept. */
export async function cancel({ remote, terminal }: Session, runId: string): Promise<ExitCode> {
  const cancelled = await remote.cancel(runId);
  terminal.remark(`run ${cancelled.id} is ${isEnded(cancelled.status) ? cancelled.status : 'being cancelled'}`);
  return EXIT.ok;
}

export async function results(session: Session, runId: string, options: { json: boolean }): Promise<ExitCode> {
  return showResult(session, await session.remote.run(runId), options.json);
}

export async function list(
  { remote, terminal }: Session,
  { json: asJson, ...filter }: ListFilter & { json: boolean },
): Promise<ExitCode> {
  const runs = await remote.list(filter);
  terminal.write(asJson ? json(runs) : `${runTable(runs)}\n`);
  return EXIT.ok;
}

/** Downloads the HDR log to a file, whole or not at all, or to standard output. */
export async function hdr(
  { remote, terminal }: Session,
  runId: string,
  { output, ...filter }: HdrFilter & { output?: string | undefined },
): Promise<ExitCode> {
  const log = await remote.hdr(runId, filter);
  if (output === undefined) terminal.write(log);
  else await writeWhole(output, log);
  return EXIT.ok;
}
