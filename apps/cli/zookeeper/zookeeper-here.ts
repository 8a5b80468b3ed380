import { CodedError } from '#libs/contract/coded-error.js';
import { systemClock } from '#libs/load/clock.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import type { ShardResult } from '#libs/workloads/driver.js';
import { LocustFold } from '#libs/workloads/zookeeper/locust-fold.js';
import { ReportFold } from '#libs/workloads/zookeeper/report/report-run.js';
import { zookeeperDriver } from '#libs/workloads/zookeeper/zookeeper.driver.js';
import { planZookeeper } from '#libs/workloads/zookeeper/zookeeper.plan.js';
import { zookeeperRun } from '#libs/workloads/zookeeper/zookeeper-run.js';
import { footLines, headLines, intervalLine } from '#libs/workloads/zookeeper/zookeeper-text.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { localLines } from '../local-lines.js';
import { stopSignal } from '../stop-signal.js';
import { type LocalEvents, runLocally } from '../stress/local-run.js';
import type { Terminal } from '../terminal.js';
import { LocalFiles } from './local-files.js';
import type { ZookeeperJob } from './zookeeper-options.js';

const MS_PER_S = 1_000;

function exitCodeOf({ failure, stopped }: ShardResult): ExitCode {
  if (failure) return EXIT.failed;
  return stopped ? EXIT.interrupted : EXIT.ok;
}

/** Makes the load from this process. With `json`, lines go to standard error and standard output is one document. */
export async function zookeeperHere(job: ZookeeperJob, asJson: boolean, terminal: Terminal): Promise<ExitCode> {
  const line = (text: string) => (asJson ? terminal.remark(text) : terminal.write(`${text}\n`));
  const { run, issues } = zookeeperRun(job.spec, job.target);
  if (run === undefined) throw new CodedError('VALIDATION_FAILED', 'the load cannot be made as asked', issues);
  const [shard] = planZookeeper(run.spec, { executors: 1 });
  if (shard === undefined) throw new CodedError('INTERNAL', 'the plan has no shard');
  await loadHistograms();
  const fold = new ReportFold();
  const files = new LocalFiles(job.files);
  let seconds = 0;
  const events: LocalEvents = {
    ...localLines('zookeeper', line),
    interval(snapshot) {
      fold.add(snapshot);
      const one = new LocustFold();
      one.add(snapshot);
      seconds += snapshot.lengthMs / MS_PER_S;
      line(intervalLine(one.rows(), seconds, snapshot.lengthMs / MS_PER_S));
      one.destroy();
    },
    artifact: (name, _type, text) => files.append(name, text),
    annotate(atMs, label) {
      files.annotate(atMs, label);
      line(`${new Date(atMs).toISOString()} ${label}`);
    },
  };
  const { signal, release } = stopSignal(terminal);
  try {
    for (const text of [...job.remarks, ...headLines(run.spec, run.target.contactPoints)]) line(text);
    const result = await runLocally(zookeeperDriver, { ...run, shard }, events, { clock: systemClock, signal });
    const report = result.report?.kind === 'zookeeper' ? result.report : undefined;
    const taken = fold.take();
    const { rows } = taken;
    for (const text of footLines(rows, report, seconds)) line(text);
    const about = headLines(run.spec, run.target.contactPoints).filter((text) => text !== '');
    const label = run.spec.taskSet ?? 'own mix';
    for (const path of files.finish({ ...taken, label, about, sessions: report ?? null })) line(`wrote ${path}`);
    const { failure = null, stopped } = result;
    if (failure) terminal.remark(`${failure.code}: ${failure.message}`);
    if (asJson)
      terminal.write(
        `${JSON.stringify({ spec: run.spec, seconds, stopped, failure, operations: rows, report }, null, 2)}\n`,
      );
    return exitCodeOf(result);
  } finally {
    release();
    fold.destroy();
  }
}
