import { Injectable } from '@nestjs/common';
import type { Annotation } from '#libs/contract/artifact.js';
import { CodedError } from '#libs/contract/problem.js';
import type { Made } from '#libs/store/platform/port.js';
import type { Store } from '#libs/store/port.js';
import { ServerPointsFold } from '#libs/workloads/zookeeper/report/server-points.js';
import type { ApiConfig } from '../config.js';
import { idempotencyOf } from '../http/idempotency.js';
import type { TextAnswer } from '../http/stream-text.js';
import { RunsService } from '../runs/runs.service.js';
import { InjectConfig, InjectNowMs, InjectStore, type NowMs } from '../tokens.js';
import type { ServerMetricsList, ServerMetricsQuery } from './server-metrics.schema.js';
import type { AnnotationPage, ArtifactPage, CreateAnnotation } from './artifacts.schema.js';

/** Files and annotations of runs. */
@Injectable()
export class Artifacts {
  constructor(
    @InjectStore() private readonly store: Store,
    @InjectConfig() private readonly config: ApiConfig,
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

  /** Once per key and run. Throws CodedError IDEMPOTENCY_KEY_REUSED. */
  async annotate(
    id: string,
    body: CreateAnnotation,
    source: string,
    key: string | undefined,
  ): Promise<Made<Annotation>> {
    await this.runs.require(id);
    const { at, label } = body;
    const nowMs = this.nowMs();
    const idempotency = idempotencyOf(key, 'annotateRun', body, this.config.secretKey);
    const annotation = { atMs: at === undefined ? nowMs : Date.parse(at), label, source };
    return this.store.artifacts.annotate(id, annotation, { nowMs, idempotency });
  }
}
