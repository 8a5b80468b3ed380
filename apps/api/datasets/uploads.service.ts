import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { Dataset, NewUpload, Upload, UploadPart } from '#libs/contract/dataset.js';
import { CodedError } from '#libs/contract/problem.js';
import { makeFolder } from '#libs/dataset/dataset-folder.js';
import { RECORD_FOLDER } from '#libs/dataset/file-record.js';
import { UploadFile } from '#libs/dataset/upload-file.js';
import type { Store } from '#libs/store/port.js';
import type { ApiConfig } from '../config.js';
import { invalid } from '../problem/validation.pipe.js';
import { InjectConfig, InjectNowMs, InjectStore, type NowMs } from '../tokens.js';
import { dataRootOf } from './dataset-places.js';
import { lookInside } from './dataset-scan.js';
import type { UploadParam, Uploads } from './datasets.schema.js';
import { type Asker, DatasetsService } from './datasets.service.js';

/** Uploads of one dataset that may be under way at once. */
const MOST_UPLOADS = 100;

/** Files that come to a dataset in parts; those of another project's are none. */
@Injectable()
export class UploadsService {
  constructor(
    @InjectStore() private readonly store: Store,
    @InjectConfig() private readonly config: ApiConfig,
    @InjectNowMs() private readonly nowMs: NowMs,
    private readonly datasets: DatasetsService,
  ) {}

  async begin(caller: Asker, datasetId: string, { name, bytes, partBytes, sha256 }: NewUpload): Promise<Upload> {
    const dataset = await this.takesUploads(caller, datasetId);
    const { maxUploadBytes } = this.config;
    if (bytes > maxUploadBytes)
      throw invalid(
        [{ path: 'bytes', message: `expected at most ${maxUploadBytes} (TIDEMARK_MAX_UPLOAD_BYTES), found ${bytes}` }],
        'request body',
      );
    const { uploads } = this.store.datasets;
    if ((await uploads.count(datasetId)) >= MOST_UPLOADS)
      throw new CodedError(
        'CONFLICT',
        `${MOST_UPLOADS} uploads to dataset ${datasetId} are under way already; complete or abort some.`,
      );
    const upload = {
      id: randomUUID(),
      projectId: dataset.projectId,
      datasetId,
      name,
      bytes,
      partBytes,
      sha256: sha256 ?? null,
      createdAtMs: this.nowMs(),
    };
    await this.fileOf(await this.folderOf(dataset), upload).make();
    await uploads.create(upload);
    return this.get(caller, { id: datasetId, uploadId: upload.id });
  }

  async list(caller: Asker, datasetId: string): Promise<Uploads> {
    await this.datasets.get(caller, datasetId);
    return { items: await this.store.datasets.uploads.list(datasetId, caller.projectId) };
  }

  /** Throws CodedError NOT_FOUND. */
  async get({ projectId }: Asker, { id, uploadId }: UploadParam): Promise<Upload> {
    const upload = await this.store.datasets.uploads.find(id, uploadId, projectId);
    if (upload) return upload;
    throw new CodedError('NOT_FOUND', `Dataset ${id} has no upload ${uploadId} under way.`);
  }

  /** Takes one part; sending it again replaces it. */
  async put(
    caller: Asker,
    param: UploadParam,
    number: number,
    sha256: string,
    body: AsyncIterable<Buffer>,
  ): Promise<UploadPart> {
    const upload = await this.get(caller, param);
    if (number > upload.parts)
      throw invalid([{ path: 'number', message: `expected at most ${upload.parts}, found ${number}` }], 'path');
    const file = this.fileOf(await this.folderOf(await this.takesUploads(caller, param.id)), upload);
    const { uploads } = this.store.datasets;
    await uploads.forgetPart(upload.id, number);
    const part = await file.write(number, sha256, body);
    await uploads.keepPart(upload.id, part);
    return part;
  }

  /** The file gets its name and belongs to the dataset. May be repeated. */
  async complete(caller: Asker, param: UploadParam): Promise<Dataset> {
    const upload = await this.get(caller, param);
    const dataset = await this.takesUploads(caller, param.id);
    const folder = await this.folderOf(dataset);
    const file = this.fileOf(folder, upload);
    const path = join(folder, upload.name);
    // An earlier call may have come as far as giving the file its name.
    const isUnderWay = await file.isUnderWay();
    if (isUnderWay) await this.requireWhole(upload, file);
    const { stored, columns } = await this.lookAt(dataset, upload, isUnderWay ? this.pathOf(folder, upload) : path);
    if (isUnderWay) await file.publish(path);
    const complete = await this.store.datasets.addFile(dataset.id, stored, columns);
    await this.store.datasets.uploads.delete(upload.id);
    return complete;
  }

  async abort(caller: Asker, param: UploadParam): Promise<void> {
    const upload = await this.get(caller, param);
    await this.fileOf(await this.folderOf(await this.takesUploads(caller, param.id)), upload).discard();
    await this.store.datasets.uploads.delete(upload.id);
  }

  private async requireWhole(upload: Upload, file: UploadFile): Promise<void> {
    const received = new Map(upload.received.map((part) => [part.number, part]));
    const missing = Array.from({ length: upload.parts }, (_, at) => at + 1).filter((number) => !received.has(number));
    if (missing.length > 0)
      throw new CodedError(
        'CONFLICT',
        `The upload is not whole: ${missing.length} of ${upload.parts} parts are missing, such as part ${missing[0]}.`,
      );
    const { parts, whole } = await file.checksums(upload.parts);
    const broken = parts.findIndex((sha256, at) => received.get(at + 1)?.sha256 !== sha256) + 1;
    if (broken > 0) {
      await this.store.datasets.uploads.forgetPart(upload.id, broken);
      throw new CodedError('CONFLICT', `Part ${broken} is not on the disk as it was received: send it again.`);
    }
    if (upload.sha256 !== null && whole !== upload.sha256)
      throw new CodedError(
        'CONFLICT',
        `The file has the SHA-256 ${whole}, and the upload was begun with ${upload.sha256}: abort it and begin again.`,
      );
  }

  /** What is in the file, and whether the dataset can take it. */
  private async lookAt(dataset: Dataset, { name, bytes }: Upload, path: string) {
    const { header, delimiter, packing, columns } = dataset;
    const modifiedMs = await stat(path).then(({ mtimeMs }) => Math.round(mtimeMs));
    const file = { name, path, bytes, modifiedMs };
    const format = {
      header,
      delimiter,
      ...(packing !== null && { packing }),
      ...(columns !== null && { columns }),
    };
    const found = await lookInside([file], format);
    const [stored] = found.files;
    if (stored === undefined) throw new CodedError('INTERNAL', 'the uploaded file was not looked at');
    return { stored, columns: found.columns };
  }

  private async takesUploads(caller: Asker, id: string): Promise<Dataset> {
    const dataset = await this.datasets.get(caller, id);
    if (dataset.source === 'uploaded') return dataset;
    throw new CodedError(
      'CONFLICT',
      `Dataset ${id} is ${dataset.source}: files are uploaded to datasets that were registered with source.type "upload".`,
    );
  }

  private async folderOf({ id, location }: Dataset): Promise<string> {
    if (location.type !== 'folder') throw new CodedError('INTERNAL', `the uploaded dataset ${id} has no folder`);
    return makeFolder(join(await dataRootOf(this.config.dataDir), location.folder));
  }

  private pathOf(folder: string, { id, name }: Pick<Upload, 'id' | 'name'>): string {
    // The name at its end says how the bytes are packed.
    return join(folder, RECORD_FOLDER, `${id}-${name}`);
  }

  private fileOf(folder: string, upload: Pick<Upload, 'id' | 'name' | 'bytes' | 'partBytes'>): UploadFile {
    return new UploadFile(this.pathOf(folder, upload), upload);
  }
}
