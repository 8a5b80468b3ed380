import { CodedError } from '#libs/contract/coded-error.js';
import { isLoad } from '#libs/contract/run.js';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { bindDriver } from '#libs/workloads/bound-driver.js';
import type { DriverEvents, OpenShard, ShardResult } from '#libs/workloads/driver.js';
import type { Beat, Claim, StoredRun } from '#libs/store/port.js';
import { failureOf, traceOf } from './cause.js';
import type { ExecutorParts } from './executor-parts.js';
import { Lease, Stopped } from './lease.js';
import { retry } from './retry.js';
import { RunFiles } from './run-files.js';
import { RunLog } from './run-log.js';
import { RunWatch } from './run-watch.js';
import { ShardResults } from './shard-results.js';
import { settle, type Outcome } from './settle.js';
import { orAbort, within } from './waiting.js';

/** A lane that does not stop in this time is ended with its thread; what it has not reported is lost. */
const STOP_WITHIN_MS = 3_000;
const LOG_WITHIN_MS = 2_000;
const CLOSE_WITHIN_MS = 5_000;

/** One claimed shard from the claim to its end. */
export class ShardRun {
  private readonly watch: RunWatch | undefined;
  private readonly log: RunLog;
  private readonly lease: Lease;
  private readonly results: ShardResults;
  private readonly files: RunFiles;
  private readonly events: DriverEvents;
  private readonly offsetMs: number;
  private run: StoredRun | null = null;
  private hasBegun = false;
  private isReady = false;
  /** Epoch milliseconds of the start where a lost executor had begun; what came before is not this one's to tell. */
  private tookOverAtMs = -Infinity;
  private startWritten: Promise<unknown> = Promise.resolve();
  private closing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly parts: ExecutorParts,
    private readonly claim: Claim,
  ) {
    const { store, clock, config, output } = parts;
    const { runId } = claim;
    // Lanes read this machine's clock; what they are told and what they tell is changed here, by as much all the time.
    const offsetMs = parts.offsetMs();
    this.offsetMs = offsetMs;
    this.watch = parts.watch && new RunWatch({ ...parts.watch, clock, executorId: config.id });
    this.log = new RunLog({
      runId,
      executorId: config.id,
      clock,
      add: (lines) => store.log.add(runId, lines),
      output: (line) => output({ ...line, correlationId: this.run?.origin?.correlationId ?? undefined }),
    });
    this.lease = new Lease({
      clock,
      beat: () => this.beat(),
      leaseMs: config.leaseMs,
      beatMs: config.beatMs,
      log: (level, message) => this.log.write(level, message),
    });
    this.files = new RunFiles({
      runId,
      source: `executor:${config.id}`,
      store: store.artifacts,
      clock,
      withinMs: config.leaseMs,
      log: (level, message) => this.log.write(level, message),
    });
    this.results = new ShardResults(parts, claim, this.log, this.watch);
    this.events = {
      log: (level, message) => this.log.write(level, message),
      interval: (snapshot) => this.measured({ ...snapshot, startMs: Math.round(snapshot.startMs + offsetMs) }),
      mismatch: (mismatch) => this.results.mismatch(mismatch),
      started: (atMs) => this.writeStart(Math.round(atMs + offsetMs)),
      artifact: (name, type, text) => this.files.append(name, type, text),
      annotate: (atMs, label) => this.files.annotate(Math.round(atMs + offsetMs), label),
    };
  }

  /** This process is to end: stop the load, keep what was measured. */
  halt(): void {
    this.lease.halt('shutdown');
  }

  get runId(): string {
    return this.claim.runId;
  }

  /** There is news of the run: a cancel, most likely. */
  hurry(): void {
    this.lease.hurry();
  }

  /** This process will end: another executor takes over what has not come to anything yet, if there is one. */
  async handBack(): Promise<void> {
    if (this.isReady) return;
    const { store, clock } = this.parts;
    const isTaken = await store.shards.handBack(this.claim, clock.epochMs()).catch(() => false);
    if (!isTaken) return;
    this.log.write('info', 'handed back its shard before the start: this executor is to end');
    this.lease.halt('fenced');
  }

  /** Never throws: whatever happens becomes the run's end, or is left to the watchdog. */
  async carryOut(): Promise<void> {
    const { parts, claim, lease, results, log } = this;
    lease.start();
    try {
      const outcome = await this.work().catch((error: unknown) => this.outcomeOf(error));
      this.watch?.enter('finish');
      await within(parts.clock, STOP_WITHIN_MS, this.startWritten);
      await this.files.drain(STOP_WITHIN_MS);
      if (this.run !== null)
        await settle({ parts, claim, lease, results, log, run: this.run, hasBegun: this.hasBegun }, outcome);
      this.watch?.end(...spoken(outcome));
    } catch (error) {
      this.watch?.end('abandoned', failureOf(error).message);
      log.write('error', `the run could not be ended here (${failureOf(error).message}); a watchdog will end it`);
    } finally {
      lease.close();
      results.close();
      await within(parts.clock, CLOSE_WITHIN_MS, this.closing);
      await log.close(lease.isFenced ? 0 : LOG_WITHIN_MS);
    }
  }

  private async work(): Promise<Outcome> {
    const { store, clock, config, drivers } = this.parts;
    const { claim, lease, events } = this;
    const run = await this.ask(() => store.runs.find(claim.runId, { withSecrets: true }));
    this.run = run;
    if (run === null) throw new Stopped('fenced');
    if (!isLoad(run))
      throw new CodedError('INTERNAL', `a ${run.kind} consists of runs and is carried forward by the API, not here`);
    this.watch?.known(run, claim.shardIndex, () => this.results.backlog);
    this.watch?.enter('prepare');
    const driver = bindDriver(drivers, run);
    if (claim.leads) {
      const facts = await orAbort(driver.prepare(events, lease.signal), lease.signal);
      const { clusterName, nodes, simulated } = facts;
      const versions = [...new Set(nodes.map((node) => node.releaseVersion))].join(', ');
      const shards = [...new Set(nodes.flatMap((node) => node.shards ?? []))].join(' or ');
      const sharded = shards === '' ? '' : `, each of ${shards} shards`;
      if (nodes.length > 0)
        events.log('info', `target ${clusterName}: ${nodes.length} nodes of release ${versions}${sharded}`);
      await this.ask(() => store.runs.saveFacts(claim.runId, { simulated }));
      await this.ask(() => store.shards.prepared(claim, clock.epochMs()));
    } else await lease.until((beat) => beat.prepared);
    const lanes = run.shards.find((each) => each.index === claim.shardIndex)?.lanes ?? [];
    const shard = { index: claim.shardIndex, count: run.shards.length, lanes };
    const lost = run.shards.find((each) => each.index === claim.shardIndex)?.lostExecutors ?? [];
    if (lost.length > 0) events.log('info', `goes on with the part of ${lost.at(-1) ?? ''}, which was lost`);
    const opening = driver.open(shard, events, lease.signal);
    const open = await orAbort(opening, lease.signal, (late) => late.close());
    try {
      this.watch?.enter('barrier');
      this.isReady = true;
      await this.ask(() => store.shards.ready(claim, clock.epochMs(), config.startDelayMs));
      const { startAtMs } = await lease.until((beat) => beat.startAtMs !== null);
      if (lost.length > 0) this.tookOverAtMs = clock.epochMs();
      return { kind: 'ran', result: await this.load(open, (startAtMs ?? clock.epochMs()) - this.offsetMs) };
    } finally {
      // Not waited for: closing connections must not hold up the end of the run.
      this.closing = open.close().catch((error: unknown) => events.log('warn', failureOf(error).message));
    }
  }

  private async load(open: OpenShard, startAtMs: number): Promise<ShardResult> {
    this.hasBegun = true;
    this.watch?.enter('run');
    const { signal } = this.lease;
    const running = open.run(startAtMs, signal);
    const stuck = new Promise<undefined>((resolve) => {
      const watch = () => void this.parts.clock.sleep(STOP_WITHIN_MS).then(() => resolve(undefined));
      signal.addEventListener('abort', watch, { once: true });
      running.then(
        () => signal.removeEventListener('abort', watch),
        () => signal.removeEventListener('abort', watch),
      );
    });
    const result = await Promise.race([running, stuck]);
    if (result !== undefined) return result;
    this.log.write('error', `the load did not stop within ${STOP_WITHIN_MS} ms; its threads are ended`);
    return { completed: this.results.completed, mismatches: 0, stopped: true };
  }

  private async beat(): Promise<Beat> {
    const { store, clock, config } = this.parts;
    try {
      const beat = await store.shards.beat(this.claim, clock.epochMs(), config.leaseMs);
      this.watch?.renewed(beat.held ? 'renewed' : 'refused');
      return beat;
    } catch (error) {
      this.watch?.renewed('failed');
      throw error;
    }
  }

  /** Intervals are the run's, so those before this executor began are empty; whoever was lost has told of them. */
  private measured(snapshot: IntervalSnapshot): void {
    if (snapshot.startMs + snapshot.lengthMs > this.tookOverAtMs) this.results.interval(snapshot);
  }

  private writeStart(atMs: number): void {
    const { store } = this.parts;
    this.startWritten = this.ask(() => store.shards.started(this.claim, atMs)).catch(() => undefined);
  }

  private outcomeOf(error: unknown): Outcome {
    if (error instanceof Stopped) return { kind: 'stopped', reason: error.reason };
    const reason = this.lease.reason;
    // What fails because it was stopped is no failure of its own.
    if (reason !== undefined) return { kind: 'stopped', reason };
    const { output, clock, config } = this.parts;
    const failure = failureOf(error);
    if (failure.code === 'INTERNAL')
      output({ atMs: clock.epochMs(), level: 'error', executor: config.id, message: traceOf(error) });
    return { kind: 'failed', failure };
  }

  private ask<T>(question: () => Promise<T>): Promise<T> {
    const { clock, config } = this.parts;
    return retry(question, {
      clock,
      withinMs: config.leaseMs,
      signal: this.lease.signal,
      failed: (cause) => this.log.write('warn', `the database did not answer (${cause}); asked again`),
    });
  }
}

/** What became of the work, for metrics and traces: a word, and why it failed. */
function spoken(outcome: Outcome): [string, string?] {
  if (outcome.kind === 'stopped') return [outcome.reason];
  const failure = outcome.kind === 'failed' ? outcome.failure : outcome.result.failure;
  return failure === undefined ? ['ran'] : ['failed', `${failure.code}: ${failure.message}`];
}
