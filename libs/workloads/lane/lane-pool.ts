import { Worker } from 'node:worker_threads';
import { CodedError } from '#libs/contract/problem.js';
import type { LoadKind } from '#libs/contract/run.js';
import type { DriverEvents, OpenShard, ShardResult } from '#libs/workloads/driver.js';
import { joinReports } from '../run-report.js';
import { IntervalJoin } from './interval-join.js';
import type { LaneCommand, LaneInput, LaneReport } from './message.js';

/** How long a lane may take to close its connections before its thread is ended. */
const CLOSE_GRACE_MS = 2_000;

/**
 * Bounds of a lane's heap, MB. A lane keeps little and drops much; with V8's own bounds (gigabytes) it would clean up so
 * rarely that its memory grows for half an hour before it is given back. Buffers lie outside and are not counted.
 */
const HEAP = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 6 };

/** Lanes that read files hold some mebibytes of text at once, which is to die young. */
const HEAP_OF: { readonly [K in LoadKind]?: typeof HEAP } = {
  load: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64 },
};

interface LaneThread {
  worker: Worker;
  ready: Promise<void>;
  ended: Promise<ShardResult>;
  exited: Promise<void>;
  send(command: LaneCommand): void;
}

/** Folds the lanes' results: counts add up, reports are joined, the first failure stands. */
const joinResults = (results: readonly ShardResult[]): ShardResult => ({
  completed: results.reduce((sum, result) => sum + result.completed, 0),
  mismatches: results.reduce((sum, result) => sum + result.mismatches, 0),
  stopped: results.some((result) => result.stopped),
  failure: results.find((result) => result.failure)?.failure,
  report: joinReports(results.flatMap(({ report }) => report ?? [])),
});

function startLane(input: LaneInput, index: number, events: DriverEvents, join: IntervalJoin): LaneThread {
  // Compiled next to this file; a lane is always a real file, so that it can be a thread.
  const worker = new Worker(new URL('./entry.js', import.meta.url), {
    workerData: input,
    resourceLimits: HEAP_OF[input.kind] ?? HEAP,
  });
  const ready = deferred<void>();
  const ended = deferred<ShardResult>();
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  // Whoever is not waiting yet must not turn a failure into an unhandled rejection.
  ready.promise.catch(() => undefined);
  ended.promise.catch(() => undefined);
  const fail = (error: CodedError): void => {
    ready.reject(error);
    ended.reject(error);
    join.leave(index);
  };
  worker.on('message', (report: LaneReport) => {
    if (report.type === 'interval') join.add(index, report.snapshot);
    else if (report.type === 'mismatch') events.mismatch(report.mismatch);
    else if (report.type === 'log') events.log(report.level, report.message);
    else if (report.type === 'started') events.started(report.atMs);
    else if (report.type === 'ready') ready.resolve();
    else if (report.type === 'failed') fail(new CodedError(report.code, report.message));
    else {
      join.leave(index);
      ended.resolve(report.result);
    }
  });
  worker.on('error', (error) => fail(new CodedError('LANE_CRASHED', `load lane ${index} crashed: ${error.message}`)));
  worker.on('exit', (code) =>
    fail(new CodedError('LANE_CRASHED', `load lane ${index} ended with exit code ${code} before its work was done`)),
  );
  return { worker, ready: ready.promise, ended: ended.promise, exited, send: (command) => worker.postMessage(command) };
}

/** Promise.withResolvers for Node 20. */
function deferred<T>() {
  let resolve: (value: T | PromiseLike<T>) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

async function closeLanes(lanes: readonly LaneThread[]): Promise<void> {
  for (const lane of lanes) lane.send({ type: 'close' });
  const timer = setTimeout(() => lanes.forEach((lane) => void lane.worker.terminate()), CLOSE_GRACE_MS);
  await Promise.all(lanes.map((lane) => lane.exited));
  clearTimeout(timer);
}

/**
 * Starts one worker thread for each lane and waits until every one is connected, prepared and warm. Intervals reach
 * `events` once every lane has reported them, merged. Throws the first lane's CodedError; no thread is left behind.
 */
export async function openLanes(
  inputs: readonly LaneInput[],
  events: DriverEvents,
  signal: AbortSignal,
): Promise<OpenShard> {
  const join = new IntervalJoin(inputs.length, (snapshot) => events.interval(snapshot));
  const lanes = inputs.map((input, index) => startLane(input, index, events, join));
  const abandon = () => lanes.forEach((lane) => void lane.worker.terminate());
  signal.addEventListener('abort', abandon, { once: true });
  try {
    await Promise.all(lanes.map((lane) => lane.ready));
  } catch (error) {
    abandon();
    await Promise.all(lanes.map((lane) => lane.exited));
    throw error;
  } finally {
    signal.removeEventListener('abort', abandon);
  }
  return {
    async run(startAtMs, stopSignal) {
      const stop = () => lanes.forEach((lane) => lane.send({ type: 'stop' }));
      stopSignal.addEventListener('abort', stop, { once: true });
      if (stopSignal.aborted) stop();
      for (const lane of lanes) lane.send({ type: 'start', startAtMs });
      const results = await Promise.all(
        lanes.map(async (lane): Promise<ShardResult> => {
          try {
            const result = await lane.ended;
            if (result.failure) stop();
            return result;
          } catch (error) {
            stop();
            if (!(error instanceof CodedError)) throw error;
            return {
              completed: 0,
              mismatches: 0,
              stopped: true,
              failure: { code: error.code, message: error.message },
            };
          }
        }),
      );
      stopSignal.removeEventListener('abort', stop);
      join.flush();
      return joinResults(results);
    },
    close: () => closeLanes(lanes),
  };
}
