import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CodedError, type Problem, problemOf } from '#libs/contract/problem.js';
import type { Claim, Store, StoredRun } from '#libs/store/port.js';
import type { ParentRun } from '#libs/workloads/parent/parent-state.js';
import { Projects } from '../projects/projects.service.js';
import { RunPlanner } from '../runs/run-planner.js';
import { InjectNowMs, InjectStore, type NowMs } from '../tokens.js';

/** A step or probe to start. */
export interface Wanted {
  step: string;
  body: Record<string, unknown>;
  /** The same with examples for what only now is known: valid, for it was checked before the run was taken. */
  exampleBody: Record<string, unknown>;
  /** It is started although the parent was cancelled. */
  afterCancel: boolean;
}

/** Makes runs that belong to other runs. */
@Injectable()
export class ChildStarter {
  constructor(
    @InjectStore() private readonly store: Store,
    @InjectNowMs() private readonly nowMs: NowMs,
    private readonly planner: RunPlanner,
    private readonly projects: Projects,
  ) {}

  /**
   * Starts a step; a step that was started already is answered as it is. What its outputs made of it may be refused: then its
   * run is there, failed, and says why. Null when the parent is no longer ours. Throws what the store throws.
   */
  async start(claim: Claim, parent: ParentRun, wanted: Wanted, actor: string): Promise<StoredRun | null> {
    const { step, afterCancel } = wanted;
    const { defined, problem } = await this.define(wanted, parent);
    const child = {
      ...defined,
      id: randomUUID(),
      projectId: parent.projectId,
      benchmark: parent.benchmark,
      scheduleId: parent.scheduleId,
      origin: parent.origin,
      rerunOf: null,
      createdAtMs: this.nowMs(),
      actor,
      parent: { runId: parent.id, rootId: parent.rootId ?? parent.id, step },
    };
    return this.store.parents.addChild(claim, child, { afterCancel, ...(problem && { problem }) });
  }

  private async define({ body, exampleBody }: Wanted, { projectId }: ParentRun) {
    try {
      const defined = await this.planner.defineAny(body, projectId);
      await this.projects.refuseTooLarge({ ...defined, projectId });
      return { defined, problem: undefined };
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      const details = error.issues.map(({ path, message }) => `${path}: ${message}`).join('; ');
      const problem: Problem = { ...problemOf(error.code, `${error.message} ${details}`), errors: [...error.issues] };
      return { defined: await this.planner.outline(exampleBody, projectId), problem };
    }
  }
}
