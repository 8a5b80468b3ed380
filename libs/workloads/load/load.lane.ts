import { CodedError } from '#libs/contract/coded-error.js';
import { OUTCOMES } from '#libs/contract/outcome.js';
import { ServerError } from '#libs/cql/server-error.js';
import { WireSession } from '#libs/cql/session.js';
import { PiecePool } from '#libs/dataset/piece-pool.js';
import { systemClock } from '#libs/load/clock.js';
import { Loop } from '#libs/load/loop.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import type { DriverEvents, OpenShard, ShardResult } from '#libs/workloads/driver.js';
import { runFromCommonStart } from '#libs/workloads/lane/common-start.js';
import { LaneRecorder } from '#libs/workloads/lane/lane-recorder.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import { sessionOptions } from '../stress/session-options.js';
import { Checkpoints } from './checkpoints.js';
import type { FileTally } from './file-tally.js';
import { ProgressFolder } from './file-progress.js';
import { feedFiles } from './load-feed.js';
import { LoadSource } from './load-source.js';
import { reportOf } from './lane-report.js';
import { prepareInsert, readTable } from './load-table.js';
import { LoadTarget } from './load-target.js';
import type { RowCodec } from './row-codec.js';

const NS_PER_MS = 1e6;
/** Rows are handed out evenly within a second when there is a rate. */
const RATE_TICK_MS = 5;
/** What a second try cannot mend. */
const FINAL = new Set(['invalid', 'unauthorized']);
const RETRYABLE = Uint8Array.from(OUTCOMES, (outcome) => (FINAL.has(outcome) ? 0 : 1));
const ASK_FOR_LESS = new Set(['overloaded', 'rateLimited', 'unavailable', 'noHost']);
const SHORTEST_WAIT_NS = 20e6;
const LONGEST_WAIT_NS = 5e9;

/** Who asks for less, or is not there, is given time: 20 ms, twice as much at each try. */
const retryDelayNs = (outcome: number, tries: number): number =>
  ASK_FOR_LESS.has(OUTCOMES[outcome] ?? '') ? Math.min(LONGEST_WAIT_NS, SHORTEST_WAIT_NS * 2 ** tries) : 0;

interface Opened {
  input: LaneInput<'load'>;
  events: DriverEvents;
  session: WireSession;
  target: LoadTarget;
  codecFor: (names: readonly string[]) => Promise<RowCodec>;
}

/** Connects one lane of a load run. Throws CodedError. */
export async function openLoadLane(input: LaneInput<'load'>, events: DriverEvents): Promise<OpenShard> {
  await loadHistograms();
  const { spec, target: place } = input;
  const target = new LoadTarget(spec.consistencyLevel);
  const session = await WireSession.connect(
    sessionOptions(place.target, spec, target, (level, message) => events.log(level, message)),
  );
  target.session = session;
  try {
    const table = await readTable(session, spec);
    await session.routeBy(spec.keyspace);
    const codecs = new Map<string, Promise<RowCodec>>();
    const codecFor = (names: readonly string[]): Promise<RowCodec> => {
      const layout = JSON.stringify(names);
      const codec = codecs.get(layout) ?? prepareInsert(session, spec, table, names).catch(refusal);
      codecs.set(layout, codec);
      return codec;
    };
    const opened = { input, events, session, target, codecFor };
    return { run: (startAtMs, signal) => runLane(opened, startAtMs, signal), close: () => session.close() };
  } catch (error) {
    await session.close();
    return refusal(error);
  }
}

function refusal(error: unknown): never {
  if (!(error instanceof ServerError)) throw error;
  throw new CodedError('TARGET_REFUSED', `the target refused a statement: ${error.message}`);
}

async function runLane(opened: Opened, startAtMs: number, signal: AbortSignal): Promise<ShardResult> {
  const { input, events, session, target, codecFor } = opened;
  const { spec, target: place } = input;
  const clock = systemClock;
  const progress = new ProgressFolder(place.stateFolder);
  let failure: ShardResult['failure'];
  const fail = (error: unknown): void => {
    if (!(error instanceof CodedError)) throw error;
    failure ??= { code: error.code, message: error.message };
    loop.stop();
  };
  const source = new LoadSource({
    clock,
    enough: 4 * place.concurrency,
    rowsPerSecond: place.rowsPerSecond,
    wake: () => loop.pump(),
  });
  const tallies = new Map<string, FileTally>();
  const checkpoints = new Checkpoints(progress, events, place);
  const recorder = new LaneRecorder({
    operations: ['LOAD'],
    withSchedule: false,
    startAtMs,
    originNs: clock.atEpochMs(startAtMs),
    emit: (snapshot) => events.interval(snapshot),
    totals: () => session.totals(),
    shards: { take: () => session.takeShards(), isOver: () => loop.isOver, intervalMs: spec.log.intervalMs },
    extremes: () => loop.takeExtremes(),
  });
  const loop: Loop = new Loop({
    clock,
    target,
    source,
    recorder,
    slots: place.concurrency,
    dropOverdue: false,
    intervalNs: spec.log.intervalMs * NS_PER_MS,
    retries: spec.errors.retries,
    retryable: RETRYABLE,
    retryDelayNs,
    failed: (slot, outcome) => {
      const job = target.jobOf(slot);
      const [first] = job?.rows ?? [];
      if (job === undefined || first === undefined) return false;
      const reason = target.reasonOf(slot, outcome);
      const { maxFailed } = spec.errors;
      if (job.tally.failedSoFar + job.rows.length > maxFailed) {
        // These rows stay undecided, so that a run that goes on tries them again.
        failure ??= {
          code: 'OPERATIONS_FAILED',
          message: `the target did not take line ${first.line} of ${job.tally.name} (${reason}), which is more than the ${maxFailed} rows that may fail: mend it and run the same again, or raise errors.maxFailed (--max-failed)`,
        };
        return true;
      }
      for (const row of job.rows) job.tally.fail(row, `the target did not take it: ${reason}`);
      return false;
    },
  });
  target.report(loop, () => loop.pump(), source);
  let isOver = signal.aborted;
  let ticker: NodeJS.Timeout | undefined;
  let feeding: Promise<unknown> = Promise.resolve();
  const feed = () =>
    feedFiles({
      spec,
      files: place.files,
      pool: new PiecePool(),
      holdersOf: (codec, row) => target.holdersOf(codec, row),
      progress,
      source,
      codecFor,
      begun: (tally) => {
        tallies.set(tally.name, tally);
        if (tally.isOpen) checkpoints.add(tally);
      },
      isStopped: () => isOver,
    })
      .catch(fail)
      .finally(() => source.end(isOver));
  await runFromCommonStart({
    loop,
    clock,
    startAtMs,
    signal,
    events,
    // Whoever goes on for a lost executor has no rows to catch up.
    before: (originNs) => source.start(Math.max(originNs, clock.nowNs())),
    begun: () => {
      if (place.rowsPerSecond !== undefined) ticker = setInterval(() => loop.pump(), RATE_TICK_MS);
      checkpoints.start(fail);
      feeding = feed();
    },
  });
  isOver = true;
  source.end(true);
  await feeding;
  clearInterval(ticker);
  await checkpoints.finish().catch((error: unknown) => {
    if (!(error instanceof CodedError)) throw error;
    failure ??= { code: error.code, message: error.message };
  });
  recorder.close();
  const report = await reportOf(spec, place.files, progress, tallies);
  return {
    completed: loop.completed,
    mismatches: 0,
    stopped: signal.aborted || failure !== undefined,
    failure,
    report,
  };
}
