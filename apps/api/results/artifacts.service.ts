import { Injectable } from '@nestjs/common';
import type { Annotation } from '#libs/contract/artifact.js';
import { CodedError } from '#libs/contract/problem.js';
import type { Store } from '#libs/store/port.js';
import type { TextAnswer } from '../http/stream-text.js';
import { RunsService } from '../runs/runs.service.js';
import { InjectNowMs, InjectStore, type NowMs } from '../tokens.js';
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
