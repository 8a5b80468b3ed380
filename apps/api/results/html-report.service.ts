import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { CodedError } from '#libs/contract/problem.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import { mergeExecutors } from '#libs/stats/merge.js';
import { intervalGroups } from '#libs/store/interval-groups.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import { reportPage } from '#libs/workloads/zookeeper/report/report-page.js';
import { ReportFold, type ReportRun } from '#libs/workloads/zookeeper/report/report-run.js';
import { headLines } from '#libs/workloads/zookeeper/zookeeper-text.js';
import type { TextAnswer } from '../http/stream-text.js';
import type { Caller } from '../keys/caller.js';
import { Projects } from '../projects/projects.service.js';
import { RunsService } from '../runs/runs.service.js';
import { Parents } from '../suites/parents.service.js';
import { InjectStore } from '../tokens.js';

type ZookeeperRun = Extract<StoredRun, { kind: 'zookeeper' }>;

/** Runs as a page for people. */
@Injectable()
export class HtmlReports {
  constructor(
    @InjectStore() private readonly store: Store,
    private readonly runs: RunsService,
    private readonly projects: Projects,
    private readonly parents: Parents,
  ) {}

  /** The page of a run, with others laid over it. */
  async page(id: string, others: readonly string[], { projectId }: Caller): Promise<TextAnswer> {
    // The guard has looked at the run of the path only.
    if (projectId !== null) for (const other of others) await this.projects.requireRun(other, projectId);
    const { kind } = await this.runs.require(id);
    if (kind !== 'zookeeper' && others.length === 0) return htmlOf(await this.parents.page(id));
    const shown: ReportRun[] = [];
    for (const each of [id, ...others]) shown.push(await this.pictureOf(await this.zookeeperRun(each)));
    return htmlOf(reportPage(shown));
  }

  private async zookeeperRun(id: string): Promise<ZookeeperRun> {
    const run = await this.runs.require(id);
    if (run.kind === 'zookeeper') return run;
    throw new CodedError(
      'NO_RESULT_YET',
      `run ${id} is of kind ${run.kind}, over which no other run can be laid: expected zookeeper`,
    );
  }

  private async pictureOf(run: ZookeeperRun): Promise<ReportRun> {
    await loadHistograms();
    const fold = new ReportFold();
    try {
      for await (const group of intervalGroups(this.store.intervals, run.id)) fold.add(mergeExecutors(group));
      const { artifacts } = this.store;
      const serverCsv: string[] = [];
      for (const { name } of await artifacts.list(run.id))
        if (name.startsWith('zk-metrics-')) serverCsv.push(await whole(artifacts.read(run.id, name)));
      const report = run.summary?.report;
      return {
        ...fold.take(),
        label: run.name ?? run.id.slice(0, 8),
        about: headLines(run.spec, run.target.contactPoints).filter((line) => line !== ''),
        serverCsv,
        annotations: await artifacts.annotations(run.id),
        sessions: report?.kind === 'zookeeper' ? report : null,
      };
    } finally {
      fold.destroy();
    }
  }
}

const htmlOf = (page: string): TextAnswer => ({ type: 'text/html; charset=utf-8', chunks: Readable.from([page]) });

async function whole(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}
