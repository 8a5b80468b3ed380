import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { CodedError } from '#libs/contract/problem.js';
import { DEFAULT_PROJECT } from '#libs/contract/project.js';
import type { CreateRun, Run } from '#libs/contract/run.js';
import type { Overrides } from '#libs/contract/schedule.js';
import { afresh, type Resumed } from '#libs/workloads/parent/resume.js';
import { isEnded } from '#libs/contract/status.js';
import type { Idempotency } from '#libs/store/platform/port.js';
import type { RunOwnership, Store, StoredRun } from '#libs/store/port.js';
import { groupsOf } from '#libs/contract/placement.js';
import type { RunQueue } from '#libs/queue/port.js';
import type { ApiConfig } from '../config.js';
import { idempotencyOf } from '../http/idempotency.js';
import type { Caller } from '../keys/caller.js';
import { Projects } from '../projects/projects.service.js';
import { currentOrigin } from '../http/request-origin.js';
import { AboutRun } from '../ops/about-run.js';
import { overridden } from './merge-patch.js';
import { postedForm } from './posted-form.js';
import { InjectConfig, InjectNowMs, InjectQueue, InjectStore, type NowMs } from '../tokens.js';
import { type DefinedRun, RunPlanner } from './run-planner.js';
import { viewRun } from './run-view.js';
import type { ListRuns, RunPage } from './runs.schema.js';

export interface Created {
  run: Run;
  /** True when the Idempotency-Key had made this run already. */
  replayed: boolean;
}

/** Who asks for a run, and how a repeated call is told. */
export interface Asked {
  caller: Caller;
  /** As the header has it. */
  idempotencyKey?: string | undefined;
  /** In its place, for who is no caller or has posted something else than the run. */
  idempotency?: Idempotency | undefined;
  benchmark?: RunOwnership['benchmark'];
  scheduleId?: string;
  /** What the run is to be called, for who has to find it again; new when absent. */
  id?: string;
}

/** Where the runs of a caller of all projects go that chose none. */
const projectOf = ({ projectId }: Caller): string => projectId ?? DEFAULT_PROJECT;

/** The life of runs as callers see it: made, listed, cancelled, made again, deleted. */
@Injectable()
export class RunsService {
  private readonly logger = new Logger('runs');

  constructor(
    @InjectStore() private readonly store: Store,
    @InjectConfig() private readonly config: ApiConfig,
    @InjectNowMs() private readonly nowMs: NowMs,
    private readonly planner: RunPlanner,
    private readonly projects: Projects,
    @InjectQueue() private readonly queue: RunQueue,
  ) {}

  async create(body: CreateRun, asked: Asked): Promise<Created> {
    const idempotency = this.idempotency(asked, 'createRun', body);
    return this.once(asked, idempotency, null, () => this.planner.define(body, projectOf(asked.caller)));
  }

  /** The same run again or, with `overrides`, one like it; in its project. Throws CodedError VALIDATION_FAILED. */
  async rerun(id: string, overrides: Overrides | undefined, { caller, ...asked }: Asked): Promise<Created> {
    const run = await this.require(id, true);
    const owner = { ...caller, projectId: run.projectId };
    const whole = { ...asked, caller: owner, benchmark: run.benchmark };
    return this.once(whole, this.idempotency(whole, 'rerunRun', { id, overrides }), id, async () =>
      overrides === undefined
        ? this.planner.redefine(afresh(run), run.projectId)
        : this.planner.define(overridden(postedForm(run, overrides), overrides), run.projectId),
    );
  }

  /** A new run that goes on where one ended, in its project. */
  async resume({ id, projectId, benchmark, ...definition }: Resumed, { caller, ...asked }: Asked): Promise<Created> {
    const whole = { ...asked, caller: { ...caller, projectId }, benchmark };
    const idempotency = this.idempotency(whole, 'resumeRun', { id });
    return this.once(whole, idempotency, id, () => this.planner.redefine(definition, projectId));
  }

  /**
   * The run that a call with this key has made, as long as it is there. Throws CodedError IDEMPOTENCY_KEY_REUSED when the key
   * came with another call or body.
   */
  async earlier(
    { projectId }: Pick<Caller, 'projectId'>,
    idempotency: Idempotency | undefined,
  ): Promise<Created | null> {
    const id = await this.store.platform.creations.find(projectId ?? DEFAULT_PROJECT, idempotency, this.nowMs());
    const run = id === null ? null : await this.store.runs.find(id);
    if (run === null) return null;
    this.logger.log(new AboutRun(run.id, `run ${run.id} (${run.kind}) was asked for again`));
    return { run: await this.view(run), replayed: true };
  }

  async get(id: string): Promise<Run> {
    return this.view(await this.require(id));
  }

  async list({ from, to, parent, ...filter }: ListRuns, { projectId }: Caller): Promise<RunPage> {
    const page = await this.store.runs.list({
      ...filter,
      projectId,
      fromMs: from,
      toMs: to,
      parent: parent === 'none' ? null : parent,
    });
    return { items: await Promise.all(page.items.map((run) => this.view(run))), nextCursor: page.nextCursor };
  }

  /** Cancels; a run that is cancelled already is answered as it is, so that the call may be repeated. */
  async cancel(id: string, reason: string, { actor }: Pick<Caller, 'actor'>): Promise<{ run: Run; ended: boolean }> {
    const accepted = await this.store.runs.requestCancel(id, actor, reason, this.nowMs());
    // Executors see it in the database anyway, a moment later; a queue that is away has said so itself.
    if (accepted) await this.queue.cancelled(id).catch(() => undefined);
    const run = await this.require(id);
    if (!accepted && isEnded(run.status) && run.status !== 'cancelled')
      throw new CodedError('RUN_ALREADY_ENDED', `Run ${id} is ${run.status} already and cannot be cancelled any more.`);
    return { run: await this.view(run), ended: isEnded(run.status) };
  }

  async delete(id: string): Promise<void> {
    await this.store.runs.delete(id);
  }

  /** The stored run. Throws CodedError RUN_NOT_FOUND. */
  async require(id: string, withSecrets = false): Promise<StoredRun> {
    const run = await this.store.runs.find(id, { withSecrets });
    if (run === null) throw new CodedError('RUN_NOT_FOUND', `There is no run ${id}; GET /v1/runs lists the runs.`);
    return run;
  }

  /** A repeated call is answered before anything is checked: what was right once may be refused by now. */
  private async once(
    { caller, benchmark = null, scheduleId, id: own = randomUUID() }: Asked,
    idempotency: Idempotency | undefined,
    rerunOf: string | null,
    define: () => Promise<DefinedRun>,
  ): Promise<Created> {
    const earlier = await this.earlier(caller, idempotency);
    if (earlier !== null) return earlier;
    const defined = await define();
    const projectId = projectOf(caller);
    await this.projects.refuseTooLarge({ ...defined, projectId });
    const ownership = { projectId, benchmark, scheduleId: scheduleId ?? null, actor: caller.actor };
    const origin = currentOrigin();
    const run = { ...defined, ...ownership, id: own, rerunOf, createdAtMs: this.nowMs(), origin };
    const created = await this.store.runs.create(run, idempotency, this.config.maxQueued);
    if (!created.replayed) await this.queue.notify(groupsOf(run.placement)).catch(() => undefined);
    const { id, kind } = created.run;
    this.logger.log(new AboutRun(id, `run ${id} (${kind}) ${created.replayed ? 'was asked for again' : 'is queued'}`));
    return { run: await this.view(created.run), replayed: created.replayed };
  }

  private idempotency(
    { idempotencyKey, idempotency }: Omit<Asked, 'caller'>,
    operationId: string,
    body: unknown,
  ): Idempotency | undefined {
    return idempotency ?? idempotencyOf(idempotencyKey, operationId, body, this.config.secretKey);
  }

  private async view(run: StoredRun): Promise<Run> {
    const isWaiting = run.status === 'queued' || run.status === 'preparing';
    const waiting = isWaiting ? await this.store.runs.waiting(run.id, this.nowMs()) : null;
    return viewRun(run, waiting);
  }
}
