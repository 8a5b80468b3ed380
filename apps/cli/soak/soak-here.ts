import { CodedError } from '#libs/contract/problem.js';
import { systemClock } from '#libs/load/clock.js';
import type { ShardResult } from '#libs/workloads/driver.js';
import { attachScaler } from '#libs/scaler/lead/attach-scaler.js';
import { loneLead } from '#libs/scaler/lead/lone-lead.js';
import { soakDriver } from '#libs/workloads/soak/soak.driver.js';
import { planSoak } from '#libs/workloads/soak/soak.plan.js';
import { footLines, headLines } from '#libs/workloads/soak/soak-text.js';
import { soakVerdict } from '#libs/workloads/soak/soak-verdict.js';
import { readScalerMeans } from './config.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { stopSignal } from '../stop-signal.js';
import { type LocalEvents, runLocally } from '../stress/local-run.js';
import type { Terminal } from '../terminal.js';
import type { SoakJob } from './soak-options.js';

const NS_PER_S = 1e9;
/** Nobody else wants the lead. */
const LEASE_MS = 60_000;

const localEvents = (line: (text: string) => void): LocalEvents => ({
  prepared: () => undefined,
  opened: () => undefined,
  interval: () => undefined,
  mismatch: () => undefined,
  started: () => undefined,
  log: (level, message) => line(level === 'info' ? message : `${level}: ${message}`),
});

/** A run without an end of its own is stopped by whoever started it: that is how it is carried out. */
function exitCodeOf({ spec }: SoakJob, { failure, stopped }: ShardResult): ExitCode {
  if (failure) return EXIT.failed;
  return stopped && spec.durationMs !== undefined ? EXIT.interrupted : EXIT.ok;
}

/** What was read may make a run fail that was carried out. */
function judged({ spec }: SoakJob, result: ShardResult): ShardResult {
  const message = result.report?.kind === 'soak' ? soakVerdict(spec, result.report) : undefined;
  return message === undefined || result.failure
    ? result
    : { ...result, failure: { code: 'VALIDATION_MISMATCH', message } };
}

/** Makes the load from this process. With `json`, lines go to standard error and standard output is one document. */
export async function soakHere(job: SoakJob, asJson: boolean, terminal: Terminal): Promise<ExitCode> {
  const { spec, target } = job;
  const [shard] = planSoak(spec, { executors: 1 });
  if (shard === undefined) throw new CodedError('INTERNAL', 'the plan has no shard');
  const line = (text: string) => (asJson ? terminal.remark(text) : terminal.write(`${text}\n`));
  const attach = attachScaler({
    config: { id: 'this process', leaseMs: LEASE_MS, ...readScalerMeans() },
    store: loneLead(),
    patiently: (ask) => ask(),
    clock: systemClock,
    offsetMs: () => 0,
  });
  const { signal, release } = stopSignal(terminal);
  try {
    for (const text of headLines(spec, shard.lanes.length)) line(text);
    let beganNs = systemClock.nowNs();
    const events = { ...localEvents(line), opened: () => void (beganNs = systemClock.nowNs()) };
    const carriedOut = await runLocally(soakDriver(attach), { spec, target, shard }, events, {
      clock: systemClock,
      signal,
    });
    const result = judged(job, carriedOut);
    const seconds = (systemClock.nowNs() - beganNs) / NS_PER_S;
    const { report = null, failure = null, stopped } = result;
    if (report?.kind === 'soak') for (const text of footLines(report, seconds)) line(text);
    if (failure) terminal.remark(`${failure.code}: ${failure.message}`);
    if (asJson) terminal.write(`${JSON.stringify({ spec, seconds, stopped, failure, report }, null, 2)}\n`);
    return exitCodeOf(job, result);
  } finally {
    release();
  }
}
