import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { CodedError } from '#libs/contract/problem.js';
import type { CreateRun, Run } from '#libs/contract/run.js';
import { afresh } from '#libs/workloads/parent/resume.js';
import { isEnded } from '#libs/contract/status.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import type { ApiConfig } from '../config.js';
import { currentOrigin } from '../http/request-origin.js';
import { InjectConfig, InjectNowMs, InjectStore, type NowMs } from '../tokens.js';
import { bodyHash } from './body-hash.js';
import { type DefinedRun, type Drafted, RunPlanner } from './run-planner.js';
import { viewRun } from './run-view.js';
import type { ListRuns, RunPage } from './runs.schema.js';

export interface Created {
  run: Run;
  /** True when the Idempotency-Key had made this run already. */
  replayed: boolean;
}

const ACTOR = 'api';

/** The life of runs as callers see it: made, listed, cancelled, made again, deleted. */
@Injectable()
export class RunsService {
  private readonly logger = new Logger('runs');

  constructor(
    @InjectStore() private readonly store: Store,
    @InjectConfig() private readonly config: ApiConfig,
    @InjectNowMs() private readonly nowMs: NowMs,
    private readonly planner: RunPlanner,
  ) {}

  async create(body: CreateRun, idempotencyKey: string | undefined): Promise<Created> {
    return this.save(await this.planner.define(body), null, idempotencyKey, body);
  }

  async rerun(id: string, idempotencyKey: string | undefined): Promise<Created> {
    return this.again(afresh(await this.require(id, true)), id, idempotencyKey, { rerunOf: id });
  }

  /** A new run of a stored definition; `body` is what was asked for, by which a repeated call is known. */
  async again(
    definition: Drafted,
    rerunOf: string,
    idempotencyKey: string | undefined,
    body: Record<string, string>,
  ): Promise<Created> {
    return this.save(await this.planner.redefine(definition), rerunOf, idempotencyKey, body);
  }

  async get(id: string): Promise<Run> {
    return this.view(await this.require(id));
  }

  async list({ from, to, parent, ...filter }: ListRuns): Promise<RunPage> {
    const page = await this.store.runs.list({
      ...filter,
      fromMs: from,
      toMs: to,
      parent: parent === 'none' ? null : parent,
    });
    return { items: await Promise.all(page.items.map((run) => this.view(run))), nextCursor: page.nextCursor };
  }

  /** Cancels; a run that is cancelled already is answered as it is, so that the call may be repeated. */
  async cancel(id: string, reason: string): Promise<{ run: Run; ended: boolean }> {
    const accepted = await this.store.runs.requestCancel(id, ACTOR, reason, this.nowMs());
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

  private async save(
    defined: DefinedRun,
    rerunOf: string | null,
    key: string | undefined,
    body: unknown,
  ): Promise<Created> {
    const idempotency = key === undefined ? undefined : { key, bodyHash: bodyHash(body, this.config.secretKey) };
    await this.refuseWhenFull();
    const origin = currentOrigin();
    const run = { ...defined, id: randomUUID(), rerunOf, createdAtMs: this.nowMs(), actor: ACTOR, origin };
    const created = await this.store.runs.create(run, idempotency);
    const { id, kind } = created.run;
    this.logger.log(`run ${id} (${kind}) ${created.replayed ? 'was asked for again' : 'is queued'}`);
    return { run: await this.view(created.run), replayed: created.replayed };
  }

  private async refuseWhenFull(): Promise<void> {
    const queued = await this.store.runs.count('queued');
    if (queued >= this.config.maxQueued)
      throw new CodedError(
        'QUEUE_FULL',
        `${queued} runs wait already (TIDEMARK_MAX_QUEUED ${this.config.maxQueued}); cancel some or try again later.`,
      );
  }

  private async view(run: StoredRun): Promise<Run> {
    const waiting = run.status === 'queued' ? await this.store.runs.waiting(run.id, this.nowMs()) : null;
    return viewRun(run, waiting);
  }
}
