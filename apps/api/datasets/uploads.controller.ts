import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Dataset, NewUpload, Sha256, Upload, UploadPart } from '#libs/contract/dataset.js';
import { CodedError } from '#libs/contract/problem.js';
import { type Caller, Who } from '../keys/caller.js';
import { invalid } from '../problem/validation.pipe.js';
import { Problems } from '../problem/problems.decorator.js';
import { DatasetParam, PartParam, UploadParam, Uploads } from './datasets.schema.js';
import { UploadsService } from './uploads.service.js';

const CHECKSUM = 'x-content-sha256';

@ApiTags('datasets')
@Controller('v1/datasets/:id/uploads')
export class UploadsController {
  constructor(private readonly uploads: UploadsService) {}

  @Post()
  @ApiOperation({
    operationId: 'beginUpload',
    summary: 'Begin to upload a file in parts',
    description: 'The file is no part of the dataset before the upload is complete.',
  })
  @ApiCreatedResponse({ description: 'The upload: how many parts, and which are there', standardSchema: Upload })
  @Problems('DATASET_NOT_FOUND', 'VALIDATION_FAILED', 'CONFLICT', 'OUTPUT_UNWRITABLE')
  async begin(
    @Who() caller: Caller,
    @Param({ schema: DatasetParam }) { id }: DatasetParam,
    @Body({ schema: NewUpload }) body: NewUpload,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Upload> {
    const upload = await this.uploads.begin(caller, id, body);
    response.setHeader('location', `/v1/datasets/${id}/uploads/${upload.id}`);
    return upload;
  }

  @Get()
  @ApiOperation({ operationId: 'listUploads', summary: 'Uploads to a dataset that are under way' })
  @ApiOkResponse({ description: 'The uploads, oldest first', standardSchema: Uploads })
  @Problems('DATASET_NOT_FOUND')
  list(@Who() caller: Caller, @Param({ schema: DatasetParam }) { id }: DatasetParam): Promise<Uploads> {
    return this.uploads.list(caller, id);
  }

  @Get(':uploadId')
  @ApiOperation({ operationId: 'getUpload', summary: 'An upload, and the parts that need not be sent again' })
  @ApiOkResponse({ description: 'The upload', standardSchema: Upload })
  @Problems('NOT_FOUND')
  get(@Who() caller: Caller, @Param({ schema: UploadParam }) param: UploadParam): Promise<Upload> {
    return this.uploads.get(caller, param);
  }

  @Put(':uploadId/parts/:number')
  @ApiOperation({
    operationId: 'putUploadPart',
    summary: 'Send one part of the file',
    description: 'In any order; sending one again replaces it. Every part but the last has `partBytes` bytes.',
  })
  @ApiConsumes('application/octet-stream')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiHeader({ name: CHECKSUM, required: true, description: 'SHA-256 of the part, hexadecimal' })
  @ApiOkResponse({ description: 'The part is on the disk', standardSchema: UploadPart })
  @Problems('NOT_FOUND', 'VALIDATION_FAILED', 'BODY_TOO_LARGE', 'OUTPUT_UNWRITABLE', 'UNSUPPORTED_MEDIA_TYPE')
  put(
    @Who() caller: Caller,
    @Param({ schema: PartParam }) { number, ...param }: PartParam,
    @Headers(CHECKSUM) sha256: string | undefined,
    @Req() request: Request,
  ): Promise<UploadPart> {
    return this.uploads.put(caller, param, number, checksumOf(sha256), bytesOf(request));
  }

  @Post(':uploadId/complete')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'completeUpload',
    summary: 'Make the file a part of the dataset',
    description: 'Its checksums are compared with the disk and its rows looked at. May be repeated.',
  })
  @ApiOkResponse({ description: 'The dataset', standardSchema: Dataset })
  @Problems('NOT_FOUND', 'CONFLICT', 'INPUT_UNREADABLE', 'OUTPUT_UNWRITABLE')
  complete(@Who() caller: Caller, @Param({ schema: UploadParam }) param: UploadParam): Promise<Dataset> {
    return this.uploads.complete(caller, param);
  }

  @Delete(':uploadId')
  @HttpCode(204)
  @ApiOperation({ operationId: 'abortUpload', summary: 'Abort an upload; what came of it is removed' })
  @ApiNoContentResponse({ description: 'Aborted' })
  @Problems('NOT_FOUND')
  abort(@Who() caller: Caller, @Param({ schema: UploadParam }) param: UploadParam): Promise<void> {
    return this.uploads.abort(caller, param);
  }
}

/** Throws CodedError VALIDATION_FAILED. */
function checksumOf(header: string | undefined): string {
  const parsed = Sha256.safeParse(header);
  if (parsed.success) return parsed.data;
  const message = `expected the SHA-256 of the part as 64 lower-case hexadecimal digits, found ${header === undefined ? 'nothing' : JSON.stringify(header.slice(0, 80))}`;
  throw invalid([{ path: CHECKSUM, message }], 'header');
}

/** Throws CodedError UNSUPPORTED_MEDIA_TYPE: what another parser has read is gone. */
function bytesOf(request: Request): Request {
  if (request.is('application/octet-stream') !== false) return request;
  const found = request.headers['content-type'] ?? 'no content-type';
  throw new CodedError(
    'UNSUPPORTED_MEDIA_TYPE',
    `Expected a body of type application/octet-stream, found ${found}; send the bytes of the part.`,
  );
}
