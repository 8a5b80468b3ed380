import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Benchmark, BenchmarkVersion, CreateBenchmark, RunBenchmark } from '#libs/contract/benchmark.js';
import { CodedError } from '#libs/contract/problem.js';
import { DEFAULT_PROJECT } from '#libs/contract/project.js';
import type { CreateRun } from '#libs/contract/run.js';
import type { Made, Page, PageOf, Sealable } from '#libs/store/platform/port.js';
import type { Store } from '#libs/store/port.js';
import type { ApiConfig } from '../config.js';
import { idempotencyOf } from '../http/idempotency.js';
import type { Caller } from '../keys/caller.js';
import { overridden } from '../runs/merge-patch.js';
import { RunPlanner } from '../runs/run-planner.js';
import { type Created, RunsService } from '../runs/runs.service.js';
import { InjectConfig, InjectNowMs, InjectStore, type NowMs } from '../tokens.js';
import { openForm } from './open-form.js';

/** Saved definitions: made, changed version by version, run. */
@Injectable()
export class Benchmarks {
  constructor(
    @InjectStore() private readonly store: Store,
    @InjectConfig() private readonly config: ApiConfig,
    @InjectNowMs() private readonly nowMs: NowMs,
    private readonly planner: RunPlanner,
    private readonly runs: RunsService,
  ) {}

  async create(caller: Caller, body: CreateBenchmark, key: string | undefined): Promise<Made<Benchmark>> {
    const projectId = caller.projectId ?? DEFAULT_PROJECT;
    const idempotency = idempotencyOf(key, 'createBenchmark', body, this.config.secretKey);
    const { benchmarks, creations } = this.store.platform;
    const madeId = await creations.find(projectId, idempotency, this.nowMs());
    const earlier = madeId === null ? null : await benchmarks.find(madeId, projectId);
    if (earlier !== null) return { item: earlier, replayed: true };
    const definition = await this.checked(caller, body.definition);
    const given = { ...body, id: randomUUID(), projectId, definition, actor: caller.actor };
    return benchmarks.create(given, this.nowMs(), idempotency);
  }

  list({ projectId }: Caller, page: PageOf): Promise<Page<Benchmark>> {
    return this.store.platform.benchmarks.list(projectId, page);
  }

  /** Throws CodedError NOT_FOUND, for another project's as well. */
  async get({ projectId }: Pick<Caller, 'projectId'>, id: string): Promise<Benchmark> {
    const found = await this.store.platform.benchmarks.find(id, projectId);
    if (found === null)
      throw new CodedError('NOT_FOUND', `There is no benchmark ${id}; GET /v1/benchmarks lists the benchmarks.`);
    return found;
  }

  async versions(caller: Caller, id: string): Promise<BenchmarkVersion[]> {
    await this.get(caller, id);
    return this.store.platform.benchmarks.versions(id);
  }

  async replace(caller: Caller, id: string, version: number, body: CreateBenchmark): Promise<Benchmark> {
    const owner = await this.get(caller, id);
    const change = { ...body, definition: await this.checked(owner, body.definition), actor: caller.actor };
    return this.store.platform.benchmarks.replace(id, version, change, this.nowMs());
  }

  async delete(caller: Caller, id: string): Promise<void> {
    await this.get(caller, id);
    await this.store.platform.benchmarks.delete(id);
  }

  /** A run of the benchmark's project. Throws CodedError VALIDATION_FAILED with every problem of the overrides. */
  async run(caller: Caller, id: string, body: RunBenchmark, key: string | undefined): Promise<Created> {
    const { projectId } = await this.get(caller, id);
    const owner = { ...caller, projectId };
    // What the caller has sent: the benchmark may have another version when the call is repeated.
    const idempotency = idempotencyOf(key, 'runBenchmark', { id, ...body }, this.config.secretKey);
    const earlier = await this.runs.earlier(owner, idempotency);
    if (earlier !== null) return earlier;
    const { version, definition } = await this.definition(id, body.version);
    const benchmark = { id, version };
    return this.runs.create(overridden(definition, body.overrides), { caller: owner, idempotency, benchmark });
  }

  /** With its secrets. Throws CodedError NOT_FOUND. */
  async definition(id: string, version: number | undefined): Promise<{ version: number; definition: unknown }> {
    const found = await this.store.platform.benchmarks.definition(id, version);
    if (found === null) throw new CodedError('NOT_FOUND', `Benchmark ${id} has no version ${version ?? 'at all'}.`);
    return found;
  }

  /** Whole enough to be run now in its project, and as it may be shown. Throws CodedError VALIDATION_FAILED with every problem. */
  async checked({ projectId }: Pick<Caller, 'projectId'>, definition: CreateRun): Promise<Sealable> {
    return openForm(definition, await this.planner.define(definition, projectId ?? DEFAULT_PROJECT));
  }
}
