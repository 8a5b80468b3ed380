import { Injectable } from '@nestjs/common';
import { isParent } from '#libs/contract/run.js';
import { parentRecords } from '#libs/report/parent-records.js';
import { parentState, type ParentRun } from '#libs/workloads/parent/parent-state.js';
import { INTERVAL_COLUMNS, csvLine, intervalRow } from '#libs/report/csv.js';
import type { Store } from '#libs/store/port.js';
import type { TextAnswer } from '../http/stream-text.js';
import { RunsService } from '../runs/runs.service.js';
import { InjectNowMs, InjectStore, type NowMs } from '../tokens.js';
import { intervalGroups } from '#libs/store/interval-groups.js';
import { ShardSpans } from './shard-spans.js';
import { stdoutText } from './stdout-text.js';
import { mergedRows } from './interval-rows.js';
import type { LogPage, LogQuery } from './results.schema.js';

/** A run as text for people and other programs. Everything is made row by row, however long the run was. */
@Injectable()
export class Reports {
  constructor(
    @InjectStore() private readonly store: Store,
    @InjectNowMs() private readonly nowMs: NowMs,
    private readonly runs: RunsService,
  ) {}

  async log(id: string, { cursor, limit }: LogQuery): Promise<LogPage> {
    await this.runs.require(id);
    const items = await this.store.log.read(id, Number(cursor ?? 0), limit);
    const last = items.at(-1);
    return { items, nextCursor: items.length === limit && last !== undefined ? String(last.id) : null };
  }

  async csv(id: string): Promise<TextAnswer> {
    const run = await this.runs.require(id);
    const chunks = isParent(run) ? this.parentCsv(run) : this.csvChunks(id);
    return { type: 'text/csv; charset=utf-8', chunks, filename: `tidemark-${id}.csv` };
  }

  async stdout(id: string): Promise<TextAnswer> {
    const run = await this.runs.require(id);
    return { type: 'text/plain; charset=utf-8', chunks: stdoutText(this.store, run) };
  }

  async json(id: string): Promise<TextAnswer> {
    const run = await this.runs.get(id);
    const { summary } = await this.runs.require(id);
    const annotations = await this.store.artifacts.annotations(id);
    const facts = { run, summary, annotations };
    const head = `${JSON.stringify(facts).slice(0, -1)},"intervals":[`;
    return { type: 'application/json; charset=utf-8', chunks: this.jsonChunks(id, head) };
  }

  /** A row for each step or probe, with its run. */
  private async *parentCsv(run: ParentRun): AsyncGenerator<string> {
    const { report } = await parentState(this.store, run, this.nowMs());
    const { header, rows } = parentRecords(report);
    yield [header, ...rows].map(csvLine).join('');
  }

  private async *csvChunks(id: string): AsyncGenerator<string> {
    yield csvLine(INTERVAL_COLUMNS);
    const shards = new ShardSpans();
    for await (const group of intervalGroups(this.store.intervals, id))
      yield [...mergedRows(group).map(intervalRow), ...shards.rowsOf(group)].join('');
  }

  private async *jsonChunks(id: string, head: string): AsyncGenerator<string> {
    yield head;
    let separator = '';
    for await (const group of intervalGroups(this.store.intervals, id)) {
      yield `${separator}\n${mergedRows(group)
        .map((row) => JSON.stringify(row))
        .join(',\n')}`;
      separator = ',';
    }
    yield ']}\n';
  }
}
