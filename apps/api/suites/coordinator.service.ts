import { hostname } from 'node:os';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { isParent } from '#libs/contract/run.js';
import type { Claim, Store } from '#libs/store/port.js';
import { finishRun } from '#libs/workloads/finish-run.js';
import { childRuns } from '#libs/workloads/parent/child-runs.js';
import type { ParentRun } from '#libs/workloads/parent/parent-state.js';
import { AboutRun } from '../ops/about-run.js';
import { InjectNowMs, InjectStore, type NowMs } from '../tokens.js';
import { ChildStarter } from './child-starter.service.js';
import { nextSteps } from './next-steps.js';

/** How long a run stays this process's without a sign of life; then another takes it over. */
const LEASE_MS = 6_000;
const TICK_MS = 200;

interface Held {
  claim: Claim;
  /** Steps whose end was written to the log. */
  told: Set<string> | undefined;
}

/**
 * Carries suites and searches forward: starts their steps, waits for them, ends them. It holds a lease on each and decides
 * anew each time from what is stored, so that another process can go on where this one was killed.
 */
@Injectable()
export class Coordinator implements OnApplicationShutdown {
  private readonly logger = new Logger('coordinator');
  private readonly id = `api:${hostname()}-${process.pid}`;
  private readonly held = new Map<string, Held>();
  private ticking: Promise<void> | undefined;
  private isClosed = false;

  constructor(
    @InjectStore() private readonly store: Store,
    @InjectNowMs() private readonly nowMs: NowMs,
    private readonly starter: ChildStarter,
  ) {}

  @Interval(TICK_MS)
  async tick(): Promise<void> {
    if (this.ticking !== undefined || this.isClosed) return;
    this.ticking = this.carryAll().finally(() => (this.ticking = undefined));
    await this.ticking;
  }

  /** Others go on at once. */
  async onApplicationShutdown(): Promise<void> {
    this.isClosed = true;
    await this.ticking;
    for (const { claim } of this.held.values())
      await this.store.parents.release(claim).catch((error: unknown) => this.logger.warn(String(error)));
  }

  private async carryAll(): Promise<void> {
    try {
      for (let claim = await this.claim(); claim !== null; claim = await this.claim())
        this.held.set(claim.runId, { claim, told: undefined });
    } catch (error) {
      this.logger.error(`No suite could be claimed; tried again: ${String(error)}`);
    }
    for (const [runId, held] of this.held) {
      try {
        if (!(await this.carry(held))) this.held.delete(runId);
      } catch (error) {
        this.logger.error(
          new AboutRun(runId, `Run ${runId} could not be carried forward; tried again: ${String(error)}`),
        );
      }
    }
  }

  private claim(): Promise<Claim | null> {
    return this.store.parents.claim(this.id, this.nowMs(), LEASE_MS);
  }

  /** One step forward; false when the run is no longer ours or has ended. */
  private async carry(held: Held): Promise<boolean> {
    const { store, nowMs } = this;
    const { claim } = held;
    const { held: isHeld } = await store.shards.beat(claim, nowMs(), LEASE_MS);
    const run = isHeld ? await store.runs.find(claim.runId, { withSecrets: true }) : null;
    if (run === null || !isParent(run)) return false;
    if (run.status === 'finishing') return this.finish(claim);
    if (run.status !== 'running') await this.begin(claim);
    const children = await childRuns(store, run);
    const { start, cancel, isOver, ended } = nextSteps(run, children, nowMs());
    await this.tell(held, run, ended);
    for (const id of cancel)
      await store.runs.requestCancel(id, this.id, run.cancelRequested?.reason ?? 'cancelled', nowMs());
    for (const wanted of start) {
      const child = await this.starter.start(claim, run, wanted, this.id);
      if (child) await this.log(run, `${wanted.step} started: ${child.kind} run ${child.id}`);
    }
    if (!isOver) return true;
    await store.shards.ended(claim, children.byStep.size, nowMs());
    return this.finish(claim);
  }

  private async begin(claim: Claim): Promise<void> {
    const { shards } = this.store;
    await shards.prepared(claim, this.nowMs());
    await shards.ready(claim, this.nowMs(), 0);
    await shards.started(claim, this.nowMs());
  }

  private async finish({ runId }: Claim): Promise<false> {
    const reason = 'the plan was carried out';
    await finishRun(this.store, runId, this.nowMs(), { to: 'completed', actor: this.id, reason });
    return false;
  }

  /** Writes what has ended since the last time; whoever takes a run over does not repeat what stands there. */
  private async tell(held: Held, run: ParentRun, ended: ReadonlyMap<string, string>): Promise<void> {
    const isTakenOver = held.told === undefined && run.status === 'running';
    const told = (held.told ??= new Set(isTakenOver ? ended.keys() : []));
    for (const [step, line] of ended) {
      if (told.has(step)) continue;
      told.add(step);
      await this.log(run, line);
    }
  }

  private async log({ id }: ParentRun, message: string): Promise<void> {
    await this.store.log.add(id, [{ atMs: this.nowMs(), level: 'info', source: this.id, message }]);
  }
}
