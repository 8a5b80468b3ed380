import { Injectable } from '@nestjs/common';
import { CodedError } from '#libs/contract/problem.js';
import { type CreateProject, DEFAULT_PROJECT, type Project, type ReplaceProject } from '#libs/contract/project.js';
import type { Made } from '#libs/store/platform/port.js';
import type { RunDefinition } from '#libs/workloads/driver.js';
import { plannedRatePerSecond, ratePathOf } from '#libs/workloads/planned-rate.js';
import type { NewRun, Store } from '#libs/store/port.js';
import type { ApiConfig } from '../config.js';
import { idempotencyOf } from '../http/idempotency.js';
import { refuseNarrow } from '../keys/access.js';
import type { Caller } from '../keys/caller.js';
import { InjectConfig, InjectNowMs, InjectStore, type NowMs } from '../tokens.js';

const absent = (id: string): CodedError =>
  new CodedError('NOT_FOUND', `There is no project ${id}; GET /v1/projects lists the projects.`);

/** Projects: who sees what, and how much of the service each may use. */
@Injectable()
export class Projects {
  constructor(
    @InjectStore() private readonly store: Store,
    @InjectConfig() private readonly config: ApiConfig,
    @InjectNowMs() private readonly nowMs: NowMs,
  ) {}

  /** A caller of every project may choose one by the header Tidemark-Project; a key of one project has no other. */
  async narrow(caller: Caller, header: string | undefined): Promise<Caller> {
    if (header === undefined || header === caller.projectId) return caller;
    if (caller.projectId !== null)
      throw new CodedError('FORBIDDEN', `Your key is of project ${caller.projectId}, not of ${header.slice(0, 80)}.`);
    if ((await this.store.platform.projects.find(header)) === null) throw absent(header.slice(0, 80));
    return { ...caller, projectId: header };
  }

  /** Throws CodedError RUN_NOT_FOUND for a run of another project, as for one that is not there. */
  async requireRun(runId: string, projectId: string): Promise<void> {
    if ((await this.store.platform.projects.ofRun(runId)) !== projectId)
      throw new CodedError('RUN_NOT_FOUND', `There is no run ${runId}; GET /v1/runs lists the runs.`);
  }

  create(caller: Caller, body: CreateProject, key: string | undefined): Promise<Made<Project>> {
    refuseNarrow(caller);
    const idempotency = idempotencyOf(key, 'createProject', body, this.config.secretKey);
    return this.store.platform.projects.create(body, this.nowMs(), idempotency);
  }

  list(caller: Caller): Promise<Project[]> {
    return this.store.platform.projects.list(caller.projectId);
  }

  async get(caller: Caller, id: string): Promise<Project> {
    const found = await this.store.platform.projects.find(id);
    if (found === null || (caller.projectId !== null && caller.projectId !== id)) throw absent(id);
    return found;
  }

  replace(caller: Caller, id: string, version: number, body: ReplaceProject): Promise<Project> {
    refuseNarrow(caller);
    return this.store.platform.projects.replace(id, version, body, this.nowMs());
  }

  async delete(caller: Caller, id: string): Promise<void> {
    refuseNarrow(caller);
    if (id === DEFAULT_PROJECT)
      throw new CodedError('CONFLICT', `The project ${DEFAULT_PROJECT} takes what has no other, and stays.`);
    await this.store.platform.projects.delete(id, this.nowMs());
  }

  /** Throws CodedError QUOTA_EXCEEDED for a run that its project could never start; others wait in the queue. */
  async refuseTooLarge(run: RunDefinition & Pick<NewRun, 'placement'> & { projectId: string }): Promise<void> {
    const { projectId, placement } = run;
    const project = await this.store.platform.projects.find(projectId);
    if (project === null) throw absent(projectId);
    const { executors, ratePerSecond } = project.quotas;
    if (executors !== undefined && placement.executors > executors)
      throw tooMuch(
        'placement.executors',
        `at most ${executors} executors, which project ${projectId} may use`,
        placement.executors,
      );
    if (ratePerSecond === undefined) return;
    const planned = plannedRatePerSecond(run);
    if (planned === null || planned > ratePerSecond)
      throw tooMuch(
        ratePathOf(run.kind),
        `a rate of at most ${ratePerSecond} operations per second, which project ${projectId} may send`,
        planned ?? 'no limit',
      );
  }
}

function tooMuch(path: string, expected: string, found: number | string): CodedError {
  const message = `expected ${expected}, found ${found}`;
  return new CodedError('QUOTA_EXCEEDED', `The run is over the quota of its project: ${path}: ${message}.`, [
    { path, message },
  ]);
}
