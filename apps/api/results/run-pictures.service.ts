import { Injectable } from '@nestjs/common';
import { isEnded } from '#libs/contract/status.js';
import { PictureFold } from '#libs/report/picture/picture-fold.js';
import type { RunPicture } from '#libs/report/picture/run-picture.js';
import { intervalGroups } from '#libs/store/interval-groups.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import { RunsService } from '../runs/runs.service.js';
import { InjectNowMs, InjectStore, type NowMs } from '../tokens.js';

const SCREEN_POINTS = 360;
const FIRST_LINES = 200;

/** Runs as reports show them: intervals folded as they are read, whatever their number. */
@Injectable()
export class RunPictures {
  constructor(
    @InjectStore() private readonly store: Store,
    @InjectNowMs() private readonly nowMs: NowMs,
    private readonly runs: RunsService,
  ) {}

  /** `sharing`: how many runs one page shows; the more, the coarser each of them is. */
  async of(id: string, sharing: number): Promise<RunPicture> {
    const [run, stored] = [await this.runs.get(id), await this.runs.require(id)];
    const startMs = stored.startAtMs;
    const endMs = isEnded(run.status) ? stored.endedAtMs : this.nowMs();
    const fold = new PictureFold({
      startMs,
      expectedMs: expectedMs(stored, endMs),
      mostSlots: Math.max(60, Math.floor(SCREEN_POINTS / sharing)),
    });
    for await (const group of intervalGroups(this.store.intervals, id)) fold.add(group);
    return {
      run,
      summary: stored.summary,
      ...fold.take(stored.shards, endMs),
      annotations: await this.store.artifacts.annotations(id),
      targetSays: await this.targetSays(id),
      files: await this.filesOf(id),
    };
  }

  /** What an executor has written into the log of the target that it found. */
  private async targetSays(id: string): Promise<string | null> {
    const lines = await this.store.log.read(id, 0, FIRST_LINES);
    return lines.find(({ message }) => message.startsWith('target '))?.message.slice('target '.length) ?? null;
  }

  /** The figures of ZooKeeper's servers: what a panel shows of a run's files. */
  private async filesOf(id: string): Promise<Record<string, string>> {
    const files: Record<string, string> = {};
    for (const { name } of await this.store.artifacts.list(id)) {
      if (!name.startsWith('zk-metrics-')) continue;
      let text = '';
      for await (const part of this.store.artifacts.read(id, name)) text += part;
      files[name] = text;
    }
    return files;
  }
}

function expectedMs({ summary, startAtMs }: StoredRun, endMs: number | null): number {
  if (summary !== null) return summary.durationMs;
  return startAtMs === null || endMs === null ? 0 : Math.max(0, endMs - startAtMs);
}
