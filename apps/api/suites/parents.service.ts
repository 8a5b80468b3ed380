import { Injectable } from '@nestjs/common';
import { CodedError } from '#libs/contract/problem.js';
import { isParent } from '#libs/contract/run.js';
import { isEnded } from '#libs/contract/status.js';
import type { Store } from '#libs/store/port.js';
import { parentState, type ParentRun } from '#libs/workloads/parent/parent-state.js';
import { parentPage } from '#libs/report/parent-page.js';
import { resumed } from '#libs/workloads/parent/resume.js';
import { type Asked, type Created, RunsService } from '../runs/runs.service.js';
import { InjectNowMs, InjectStore, type NowMs } from '../tokens.js';
import type { Progress } from './parents.schema.js';

/** Runs that consist of others, beside what all runs have: where they stand, and how they go on. */
@Injectable()
export class Parents {
  constructor(
    @InjectStore() private readonly store: Store,
    @InjectNowMs() private readonly nowMs: NowMs,
    private readonly runs: RunsService,
  ) {}

  async progress(id: string): Promise<Progress> {
    const run = await this.require(id);
    return (await parentState(this.store, run, this.nowMs())).report;
  }

  /** The HTML report over all steps or probes. */
  async page(id: string): Promise<string> {
    const run = await this.require(id);
    const { report } = await parentState(this.store, run, this.nowMs());
    return parentPage({ ...run, contactPoints: run.target?.contactPoints ?? [] }, report, run.summary);
  }

  /** A new run that goes on where one ended: what succeeded in it stands. Throws CodedError RUN_NOT_RESUMABLE. */
  async resume(id: string, asked: Asked): Promise<Created> {
    const run = await this.require(id);
    if (!isEnded(run.status))
      throw new CodedError('RUN_NOT_RESUMABLE', `Run ${id} is ${run.status}: it goes on by itself.`);
    const { report, children } = await parentState(this.store, run, this.nowMs());
    const { definition, isWhole } = resumed(run, report, children);
    if (isWhole)
      throw new CodedError(
        'RUN_NOT_RESUMABLE',
        `Every step of run ${id} succeeded; POST …/rerun makes all of them again.`,
      );
    return this.runs.resume(definition, asked);
  }

  private async require(id: string): Promise<ParentRun> {
    const run = await this.runs.require(id, true);
    if (isParent(run)) return run;
    throw new CodedError('RUN_NOT_RESUMABLE', `Run ${id} is a ${run.kind} run and consists of no steps.`);
  }
}
