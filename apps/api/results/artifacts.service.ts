import { Injectable } from '@nestjs/common';
import type { Annotation } from '#libs/contract/artifact.js';
import { CodedError } from '#libs/contract/problem.js';
import type { Store } from '#libs/store/port.js';
import { ServerPointsFold } from '#libs/workloads/zookeeper/report/server-points.js';
import type { TextAnswer } from '../http/stream-text.js';
import { RunsService } from '../runs/runs.service.js';
import { InjectNowMs, InjectStore, type NowMs } from '../tokens.js';
import type { ServerMetricsList, ServerMetricsQuery } from './server-metrics.schema.js';
import type { AnnotationPage, ArtifactPage, CreateAnnotation } from './artifacts.schema.js';

/** Files and annotations of runs. */
@Injectable()
export class Artifacts {
  constructor(
    @InjectStore() private readonly store: Store,
    @InjectNowMs() private readonly nowMs: NowMs,
    private readonly runs: RunsService,
  ) {}

  async list(id: string): Promise<ArtifactPage> {
    await this.runs.require(id);
    return { items: await this.store.artifacts.list(id) };
  }

  async read(id: string, name: string): Promise<TextAnswer> {
    const { items } = await this.list(id);
    const found = items.find((one) => one.name === name);
    if (found === undefined) {
      const names = items.map((one) => one.name).join(', ') || 'none';
      throw new CodedError('ARTIFACT_NOT_FOUND', `run ${id} has no artifact ${name}; it has ${names}`);
    }
    return { type: `${found.type}; charset=utf-8`, chunks: this.store.artifacts.read(id, name), filename: name };
  }

  /** The servers' own figures as series. */
  async serverMetrics(id: string, { key: keys, server, from, to }: ServerMetricsQuery): Promise<ServerMetricsList> {
    const { items } = await this.list(id);
    const fold = new ServerPointsFold({
      keys: new Set(keys),
      server,
      fromMs: from ?? -Infinity,
      toMs: to ?? Infinity,
    });
    for (const { name } of items)
      if (name.startsWith('zk-metrics-')) await fold.add(this.store.artifacts.read(id, name));
    return {
      items: fold.take().map(({ points, ...one }) => ({
        ...one,
        keys: [...one.keys],
        series: keys.flatMap((key) => (points.has(key) ? [{ key, points: points.get(key) ?? [] }] : [])),
      })),
    };
  }

  async annotations(id: string): Promise<AnnotationPage> {
    await this.runs.require(id);
    return { items: await this.store.artifacts.annotations(id) };
  }

  async annotate(id: string, { at, label }: CreateAnnotation, source: string): Promise<Annotation> {
    await this.runs.require(id);
    const atMs = at === undefined ? this.nowMs() : Date.parse(at);
    return this.store.artifacts.annotate(id, { atMs, label, source });
  }
}
