import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { basename } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { CodedError } from '#libs/contract/problem.js';
import { packingOf, type Packing } from '#libs/dataset/decompress.js';
import { storedBytes } from '#libs/dataset/data-file.js';
import { listedSource } from '#libs/dataset/listed-source.js';
import type { Store } from '#libs/store/port.js';
import type { ApiConfig } from '../config.js';
import { InjectConfig, InjectStore } from '../tokens.js';
import { parseRange } from './byte-range.js';
import { dataRootOf } from './dataset-places.js';
import type { FileParam } from './datasets.schema.js';
import { type Asker, DatasetsService } from './datasets.service.js';

const TYPES: { readonly [P in Packing]: string } = {
  none: 'text/csv; charset=utf-8',
  gzip: 'application/gzip',
  zstd: 'application/zstd',
};

const isPrematureClose = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';

/** Sends the files of datasets as they are stored, whole or in part, never held whole. */
@Injectable()
export class FileDownload {
  constructor(
    @InjectStore() private readonly store: Store,
    @InjectConfig() private readonly config: ApiConfig,
    private readonly datasets: DatasetsService,
  ) {}

  /** Throws CodedError DATASET_NOT_FOUND, NOT_FOUND, INPUT_UNREADABLE. */
  async send(caller: Asker, { id, name }: FileParam, request: Request, response: Response): Promise<void> {
    await this.datasets.get(caller, id);
    const known = await this.store.datasets.file(id, name);
    if (known === null)
      throw new CodedError('NOT_FOUND', `Dataset ${id} has no file ${name}; GET /v1/datasets/${id}/files lists them.`);
    const range = parseRange(request.headers.range, known.bytes);
    response.set({
      'content-type': TYPES[packingOf(name)],
      'accept-ranges': 'bytes',
      'content-disposition': `attachment; filename="${basename(name).replaceAll(/[^\w.-]/g, '_')}"`,
      ...(known.sha256 !== null && { etag: `"${known.sha256}"` }),
    });
    if (range === null) {
      response.status(416).set('content-range', `bytes */${known.bytes}`).end();
      return;
    }
    const file = await this.find(id, name);
    const { from, to } = range ?? { from: 0, to: known.bytes };
    response.status(range ? 206 : 200).set('content-length', String(to - from));
    if (range) response.set('content-range', `bytes ${from}-${to - 1}/${known.bytes}`);
    if (to === from || request.method === 'HEAD') return void response.end();
    try {
      await pipeline(Readable.from(storedBytes(file, { from, to })), response);
    } catch (error) {
      if (!isPrematureClose(error)) throw error;
    }
  }

  /** The file as it is now, which must be the one that was registered. */
  private async find(id: string, name: string) {
    const dataRoot = await dataRootOf(this.config.dataDir);
    const listed = await this.store.datasets.listed(id);
    // Only this file: the others may have changed.
    const files = listed?.files.filter((one) => one.name === name) ?? [];
    const source = listed && listedSource(dataRoot, { ...listed, files }, this.config.s3Credentials);
    const [file] = (await source?.find('**')) ?? [];
    if (file) return file;
    throw new CodedError('NOT_FOUND', `Dataset ${id} has no file ${name}.`);
  }
}
