import { appendFileSync, writeFileSync } from 'node:fs';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { CodedError } from '#libs/contract/problem.js';
import { systemClock } from '#libs/load/clock.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import { summariseOperations } from '#libs/stats/summary.js';
import { CHANGE_NAMES } from '#libs/cdc/row-shape.js';
import { headLines } from '#libs/workloads/cdc/cdc-text.js';
import { cdcDriver } from '#libs/workloads/cdc/cdc.driver.js';
import { planCdc } from '#libs/workloads/cdc/cdc.plan.js';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-code.js';
import { localLines } from '../local-lines.js';
import { stopSignal } from '../stop-signal.js';
import { type LocalEvents, runLocally } from '../stress/local-run.js';
import type { Terminal } from '../terminal.js';
import { milliseconds } from '../text/interval-text.js';
import { summaryText } from '../text/summary-text.js';
import type { CdcJob } from './cdc-options.js';
import { LocalSummary } from './local-summary.js';

/** One line of an interval: what was written, and how far PostgreSQL is behind. */
function intervalLine({ startMs, lengthMs, operations, self }: IntervalSnapshot, startAtMs: number): string {
  const writes = CHANGE_NAMES.flatMap((name) => operations[name] ?? []);
  const written = summariseOperations(writes, lengthMs);
  const { replication } = operations;
  const seen = replication && summariseOperations([replication], lengthMs).serviceTime;
  const at = ((startMs + lengthMs - startAtMs) / 1000).toFixed(0).padStart(6);
  const lag = seen === undefined ? '' : ` | lag ms p50 ${milliseconds(seen.p50Ms)} p99 ${milliseconds(seen.p99Ms)}`;
  const depth = self.replication === undefined ? '' : ` | waiting ${self.replication.queueDepth}`;
  return `${at}s | ${Math.round(written.ratePerSecond)} events/s | failed ${written.failed} | write ms p99 ${milliseconds(written.serviceTime.p99Ms)}${lag}${depth}`;
}

/** The file of wrong rows: there whatever was found, so that an empty one says that nothing was. */
function wrongRowsFile(path: string | undefined): (text: string) => void {
  if (path === undefined) return () => undefined;
  try {
    writeFileSync(path, '');
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new CodedError('OUTPUT_UNWRITABLE', `${path} cannot be written: ${cause}; check --wrong-rows`);
  }
  return (text) => appendFileSync(path, text);
}

/** Runs the benchmark from this process. With `json`, lines go to standard error and standard output is one document. */
export async function cdcHere(job: CdcJob, asJson: boolean, terminal: Terminal): Promise<ExitCode> {
  const line = (text: string) => (asJson ? terminal.remark(text) : terminal.write(`${text}\n`));
  const [shard] = planCdc(job.spec, { executors: 1 });
  if (shard === undefined) throw new CodedError('INTERNAL', 'the plan has no shard');
  await loadHistograms();
  const fold = new LocalSummary(job, shard);
  const wrongRows = wrongRowsFile(job.wrongRows);
  let firstMs: number | undefined;
  const events: LocalEvents = {
    ...localLines('cdc', line),
    prepared: (facts) => fold.prepared(facts),
    interval(snapshot) {
      firstMs ??= snapshot.startMs;
      fold.add(snapshot);
      line(intervalLine(snapshot, firstMs));
    },
    mismatch: (mismatch) => fold.mismatch(mismatch),
    artifact: (_name, _type, text) => wrongRows(text),
  };
  const { signal, release } = stopSignal(terminal);
  try {
    for (const text of headLines(job.spec, job.target)) line(text);
    const { spec, target } = job;
    const result = await runLocally(cdcDriver, { spec, target, shard }, events, { clock: systemClock, signal });
    const summary = fold.finished(result);
    const { failure = null } = result;
    const status = result.stopped ? 'cancelled' : failure === null ? 'completed' : 'failed';
    line(summaryText({ id: 'here', status, problem: null }, summary));
    if (failure) terminal.remark(`${failure.code}: ${failure.message}`);
    if (asJson) terminal.write(`${JSON.stringify({ spec, failure, summary }, null, 2)}\n`);
    return result.stopped ? EXIT.interrupted : exitCodeOf({ status, ...summary });
  } finally {
    release();
  }
}
