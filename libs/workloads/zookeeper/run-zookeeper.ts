import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { OUTCOMES } from '#libs/contract/outcome.js';
import { systemClock } from '#libs/load/clock.js';
import { Loop } from '#libs/load/loop.js';
import { constantSchedule, poissonSchedule, type Schedule } from '#libs/load/schedule.js';
import type { DriverEvents, ShardResult } from '#libs/workloads/driver.js';
import { LaneRecorder } from '#libs/workloads/lane/lane-recorder.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import { laneRandom, shareOf } from '#libs/workloads/stress/stress.source.js';
import type { LaneClients } from './lane-clients.js';
import type { ReadyClients } from './ready-clients.js';
import type { Recovery } from './recovery.js';
import { mixOf, NOTIFICATION, recordedNames } from './task-sets.js';
import { ZookeeperSource } from './zookeeper.source.js';
import type { ZookeeperTarget } from './zookeeper.target.js';

const NS_PER_MS = 1e6;
/** Which of a lane's random sequences choices and arrivals are drawn from. */
const CHOICES = 1;
const ARRIVALS = 4;
/** Enough to see what is wrong; their number is in the figures. */
const SHOWN_FAILURES = 10;

export interface RunZookeeperParts {
  input: LaneInput<'zookeeper'>;
  events: DriverEvents;
  target: ZookeeperTarget;
  ready: ReadyClients;
  recovery: Recovery;
}

function scheduleOf({ spec, share }: LaneInput<'zookeeper'>): Schedule | undefined {
  const { rate } = spec;
  if (rate.model === 'closed')
    return rate.throttlePerSecond === undefined
      ? undefined
      : constantSchedule(rate.throttlePerSecond, share.first, share.stride);
  return rate.arrival === 'poisson'
    ? poissonSchedule(rate.ratePerSecond, share.stride, laneRandom(spec, share, ARRIVALS))
    : constantSchedule(rate.ratePerSecond, share.first, share.stride);
}

/** One lane of a run: from the common start to the end. */
export class RunZookeeper {
  /** True when notifications are recorded beside the operations. */
  readonly notifies: boolean;
  private recorder: LaneRecorder | undefined;
  private loop: Loop | undefined;
  private readonly names: string[];
  private notifications = 0;
  private told = 0;
  private failure: ShardResult['failure'];

  constructor(private readonly parts: RunZookeeperParts) {
    this.names = recordedNames(parts.input.spec);
    this.notifies = this.names.at(-1) === NOTIFICATION;
  }

  /** A new value has reached its watcher. */
  notified(setNs: number, seenNs: number): void {
    const { recorder, loop } = this;
    if (recorder === undefined || loop === undefined || loop.isOver) return;
    // Ends the interval first if its time has passed: what is recorded belongs into the present one.
    loop.pump();
    if (loop.isOver) return;
    const operation = this.names.length - 1;
    this.notifications++;
    recorder.scheduled(operation);
    recorder.record(operation, 0, setNs, setNs, seenNs, 1, 0, 1);
  }

  async carryOut(clients: LaneClients, startAtMs: number, signal: AbortSignal): Promise<ShardResult> {
    const { input, events, target } = this.parts;
    const { spec } = input;
    const clock = systemClock;
    const recorder = this.recorderOf(clients, startAtMs);
    const { loop, source } = this.loopOf(recorder);
    target.report(
      loop,
      () => loop.pump(),
      (client) => source.release(client),
    );
    const stop = () => loop.stop();
    signal.addEventListener('abort', stop, { once: true });
    const waitMs = startAtMs - clock.epochMs();
    if (waitMs > 0) await clock.sleep(waitMs, signal);
    events.started(clock.epochMs());
    const spawned = new AbortController();
    const spawning = spec.spawnPerSecond === undefined ? undefined : clients.spawn(spec.spawnPerSecond, spawned.signal);
    const done = loop.run(clock.atEpochMs(startAtMs));
    if (signal.aborted) stop();
    await done;
    spawned.abort();
    await spawning;
    signal.removeEventListener('abort', stop);
    recorder.close();
    if (loop.abandoned > 0)
      events.log('warn', `${loop.abandoned} operations were still in flight when the run ended; they are in no figure`);
    return this.result(loop, signal.aborted);
  }

  private recorderOf(clients: LaneClients, startAtMs: number): LaneRecorder {
    const { spec } = this.parts.input;
    const recorder = new LaneRecorder({
      operations: this.names,
      withSchedule: spec.rate.model === 'open' || spec.rate.throttlePerSecond !== undefined,
      startAtMs,
      originNs: systemClock.atEpochMs(startAtMs),
      emit: (snapshot: IntervalSnapshot) => this.parts.events.interval(snapshot),
      totals: () => clients.totals(),
      extremes: () => this.loop?.takeExtremes() ?? NO_EXTREMES,
    });
    this.recorder = recorder;
    return recorder;
  }

  private loopOf(recorder: LaneRecorder): { loop: Loop; source: ZookeeperSource } {
    const { input, target, ready } = this.parts;
    const { spec, share } = input;
    const source = new ZookeeperSource({
      clock: systemClock,
      ready,
      weights: mixOf(spec).map(({ weight }) => weight),
      possible: (operation, client) => {
        const found = target.clients[client];
        return found !== undefined && (target.operations[operation]?.possible?.(found) ?? true);
      },
      random: laneRandom(spec, share, CHOICES),
      waitMs: spec.waitMs,
      operations: spec.operations === undefined ? Infinity : shareOf(spec.operations, share),
      wake: () => target.onTurn(),
      isOver: () => loop.isOver,
    });
    const loop: Loop = new Loop({
      clock: systemClock,
      target,
      source,
      recorder,
      slots: share.threads,
      schedule: scheduleOf(input),
      dropOverdue: false,
      throttle: spec.rate.model === 'closed',
      durationNs: spec.durationMs === undefined ? undefined : spec.durationMs * NS_PER_MS,
      intervalNs: spec.log.intervalMs * NS_PER_MS,
      retries: 0,
      retryable: new Uint8Array(OUTCOMES.length),
      failed: (slot, outcome) => this.failed(slot, outcome),
    });
    this.loop = loop;
    return { loop, source };
  }

  private failed(slot: number, outcome: number): boolean {
    const { input, events, target } = this.parts;
    const { errors } = input.spec;
    if (errors === 'suppress') return false;
    const name = OUTCOMES[outcome] ?? 'other';
    const code = target.codeName(slot);
    const text = `${target.nameOf(slot, this.names)} failed: ${name}${code === undefined ? '' : ` (${code})`}`;
    if (errors === 'fail') {
      this.failure ??= { code: 'OPERATIONS_FAILED', message: `${text}; errors: log goes on after failures` };
      return true;
    }
    this.told++;
    if (this.told <= SHOWN_FAILURES) events.log('warn', text);
    else if (this.told === SHOWN_FAILURES + 1)
      events.log('warn', 'more operations failed; the figures have their number');
    return false;
  }

  private result(loop: Loop, stopped: boolean): ShardResult {
    const { input, recovery } = this.parts;
    return {
      completed: loop.completed + this.notifications,
      mismatches: 0,
      stopped: stopped || this.failure !== undefined,
      report: {
        kind: 'zookeeper',
        root: input.target.root,
        ...recovery.figures(),
        leaderChanges: 0,
        samples: 0,
        failedSamples: 0,
        bench: input.spec.bench,
      },
      failure: this.failure,
    };
  }
}

const NO_EXTREMES = { inFlightMax: 0, scheduleLagMaxMs: 0, inFlightCapHits: 0 };
