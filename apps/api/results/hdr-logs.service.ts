import { Injectable } from '@nestjs/common';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { hdrLogHeader, hdrLogLines } from '#libs/stats/hdr-log.js';
import { mergeExecutors, mergeOperation } from '#libs/stats/merge.js';
import { TOTAL } from '#libs/stats/operation-counts.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import type { TextAnswer } from '../http/stream-text.js';
import { RunsService } from '../runs/runs.service.js';
import { InjectStore } from '../tokens.js';
import { intervalGroups } from '#libs/store/interval-groups.js';
import type { HdrQuery } from './results.schema.js';

/** Histograms as HDR logs: of everything, of one executor, of any window. */
@Injectable()
export class HdrLogs {
  constructor(
    @InjectStore() private readonly store: Store,
    private readonly runs: RunsService,
  ) {}

  async log(id: string, query: HdrQuery): Promise<TextAnswer> {
    const run = await this.runs.require(id);
    const name = [id, query.executor, query.op, query.type].filter((part) => part !== undefined).join('-');
    return { type: 'text/plain; charset=utf-8', chunks: this.chunks(run, query), filename: `${name}.hdr` };
  }

  private async *chunks(run: StoredRun, { op, type, executor, from, to }: HdrQuery): AsyncGenerator<string> {
    const startMs = run.startAtMs ?? run.createdAtMs;
    yield text(hdrLogHeader(startMs));
    const window = { fromMs: from, toMs: to, executorId: executor };
    for await (const group of intervalGroups(this.store.intervals, run.id, window)) {
      const merged = mergeExecutors(group);
      const snapshot = op === TOTAL ? totalOf(merged) : merged;
      yield text(hdrLogLines(snapshot, startMs, { operation: op, type }));
    }
  }
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** The snapshot with one operation, `total`: all operations merged. */
function totalOf(snapshot: IntervalSnapshot): IntervalSnapshot {
  const all = Object.values(snapshot.operations);
  return { ...snapshot, operations: all.length === 0 ? {} : { [TOTAL]: mergeOperation(all) } };
}
