import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { CodedError } from '#libs/contract/problem.js';
import { isParent } from '#libs/contract/run.js';
import type { RunPicture } from '#libs/report/picture/run-picture.js';
import { runPage } from '#libs/report/run-page.js';
import type { TextAnswer } from '../http/stream-text.js';
import type { Caller } from '../keys/caller.js';
import { Projects } from '../projects/projects.service.js';
import { RunsService } from '../runs/runs.service.js';
import { Parents } from '../suites/parents.service.js';
import { packageVersion } from '#libs/contract/version.js';
import { RunPictures } from './run-pictures.service.js';

/** Runs as a page for people. */
@Injectable()
export class HtmlReports {
  constructor(
    private readonly runs: RunsService,
    private readonly projects: Projects,
    private readonly parents: Parents,
    private readonly pictures: RunPictures,
  ) {}

  /** The page of a run, with others of its kind laid over it. Throws CodedError RUNS_NOT_COMPARABLE. */
  async page(id: string, others: readonly string[], { projectId }: Caller): Promise<TextAnswer> {
    // The guard has looked at the run of the path only.
    if (projectId !== null) for (const other of others) await this.projects.requireRun(other, projectId);
    const run = await this.runs.require(id);
    const ids = [...new Set([id, ...others])];
    if (isParent(run) && ids.length === 1) return htmlOf(await this.parents.page(id));
    for (const other of ids) await this.refuseOther(run.kind, other);
    const pictures: RunPicture[] = [];
    for (const each of ids) pictures.push(await this.pictures.of(each, ids.length));
    return htmlOf(runPage(pictures, { version: packageVersion() }));
  }

  private async refuseOther(kind: string, id: string): Promise<void> {
    const run = await this.runs.require(id);
    if (isParent(run))
      throw new CodedError(
        'RUNS_NOT_COMPARABLE',
        `Run ${id} is a ${run.kind}, over which no other run can be laid; its steps and probes are runs that can.`,
      );
    if (run.kind !== kind)
      throw new CodedError(
        'RUNS_NOT_COMPARABLE',
        `Run ${id} is of kind ${run.kind} and cannot be laid over one of kind ${kind}: expected runs of one kind.`,
      );
  }
}

const htmlOf = (page: string): TextAnswer => ({ type: 'text/html; charset=utf-8', chunks: Readable.from([page]) });
