import { Injectable } from '@nestjs/common';
import { CodedError } from '#libs/contract/problem.js';
import { isLoad } from '#libs/contract/run.js';
import type { IntervalStats } from '#libs/contract/interval.js';
import type { Summary } from '#libs/contract/summary.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import { invalid } from '../problem/validation.pipe.js';
import { RunsService } from '../runs/runs.service.js';
import { InjectStore } from '../tokens.js';
import { intervalGroups } from '#libs/store/interval-groups.js';
import { IntervalFold } from './interval-fold.js';
import { rowsOf, windowStats } from './interval-rows.js';
import { coarser } from './resolution.js';
import type { IntervalPage, IntervalsQuery, WindowQuery, WindowStats } from './results.schema.js';

/** What was measured, as figures. */
@Injectable()
export class Results {
  constructor(
    @InjectStore() private readonly store: Store,
    private readonly runs: RunsService,
  ) {}

  async summary(id: string): Promise<Summary> {
    const run = await this.runs.require(id);
    if (run.summary === null)
      throw new CodedError(
        'NO_RESULT_YET',
        `Run ${id} is ${run.status} and has no summary yet; ask again when it has ended.`,
      );
    return run.summary;
  }

  async intervals(id: string, query: IntervalsQuery): Promise<IntervalPage> {
    const run = await this.runs.require(id);
    const { from, to, executor, op, limit, cursor } = query;
    const factor = resolutionFactor(run, query.resolution);
    const window = { fromMs: from, toMs: to, executorId: executor };
    const fromInterval = cursor === undefined ? 0 : Number(cursor) * factor;
    const groups = intervalGroups(this.store.intervals, id, { ...window, fromInterval });
    const items: IntervalStats[] = [];
    for await (const group of coarser(groups, factor)) {
      const rows = rowsOf(group.fold, { interval: group.index, executorId: executor ?? null });
      const wanted = op === undefined ? rows : rows.filter((row) => row.operation === op);
      // An interval is never cut in two; a page holds at least one.
      if (items.length > 0 && items.length + wanted.length > limit) return { items, nextCursor: String(group.index) };
      items.push(...wanted);
    }
    return { items, nextCursor: null };
  }

  async stats(id: string, { from, to }: WindowQuery): Promise<WindowStats> {
    await this.runs.require(id);
    const fold = new IntervalFold();
    let intervals = 0;
    for await (const group of intervalGroups(this.store.intervals, id, { fromMs: from, toMs: to })) {
      fold.add(group);
      intervals += 1;
    }
    return windowStats(fold, intervals);
  }
}

/** How many of the run's own intervals make one of the answered ones. */
function resolutionFactor(run: StoredRun, resolutionMs: number | undefined): number {
  const intervalMs = isLoad(run) ? run.spec.log.intervalMs : 1;
  const factor = resolutionMs === undefined ? 1 : resolutionMs / intervalMs;
  if (Number.isInteger(factor) && factor >= 1) return factor;
  const message = `expected a multiple of the run's interval of ${intervalMs}ms, found ${resolutionMs}ms`;
  throw invalid([{ path: 'resolution', message }], 'query');
}
