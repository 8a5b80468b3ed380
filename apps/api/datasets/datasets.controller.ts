import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Dataset, NewDataset } from '#libs/contract/dataset.js';
import { type Caller, Who } from '../keys/caller.js';
import { Problems } from '../problem/problems.decorator.js';
import {
  DatasetFiles,
  DatasetPage,
  DatasetParam,
  DeleteDataset,
  FileParam,
  ListDatasetFiles,
  ListDatasets,
} from './datasets.schema.js';
import { DatasetsService } from './datasets.service.js';
import { FileDownload } from './file-download.service.js';

@ApiTags('datasets')
@Controller('v1/datasets')
export class DatasetsController {
  constructor(
    private readonly datasets: DatasetsService,
    private readonly download: FileDownload,
  ) {}

  @Post()
  @ApiOperation({
    operationId: 'registerDataset',
    summary: 'Register files as a dataset',
    description:
      'Files below the data root, objects of an S3-compatible store, or none yet, to be uploaded. Load and query runs name the dataset by its id.',
  })
  @ApiCreatedResponse({ description: 'The dataset', standardSchema: Dataset })
  @Problems('VALIDATION_FAILED', 'INPUT_UNREADABLE', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE')
  async register(
    @Who() caller: Caller,
    @Body({ schema: NewDataset }) body: NewDataset,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Dataset> {
    const dataset = await this.datasets.register(caller, body);
    response.setHeader('location', `/v1/datasets/${dataset.id}`);
    return dataset;
  }

  @Get()
  @ApiOperation({ operationId: 'listDatasets', summary: 'List datasets, newest first' })
  @ApiOkResponse({ description: 'A page of datasets', standardSchema: DatasetPage })
  @Problems('VALIDATION_FAILED')
  list(@Who() caller: Caller, @Query({ schema: ListDatasets }) query: ListDatasets): Promise<DatasetPage> {
    return this.datasets.list(caller, query);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getDataset', summary: 'One dataset: what is in it and where it is' })
  @ApiOkResponse({ description: 'The dataset', standardSchema: Dataset })
  @Problems('DATASET_NOT_FOUND')
  get(@Who() caller: Caller, @Param({ schema: DatasetParam }) { id }: DatasetParam): Promise<Dataset> {
    return this.datasets.get(caller, id);
  }

  @Get(':id/files')
  @ApiOperation({ operationId: 'listDatasetFiles', summary: 'The files of a dataset, by name' })
  @ApiOkResponse({ description: 'A page of files', standardSchema: DatasetFiles })
  @Problems('DATASET_NOT_FOUND', 'VALIDATION_FAILED')
  files(
    @Who() caller: Caller,
    @Param({ schema: DatasetParam }) { id }: DatasetParam,
    @Query({ schema: ListDatasetFiles }) query: ListDatasetFiles,
  ): Promise<DatasetFiles> {
    return this.datasets.files(caller, id, query);
  }

  @Get(':id/files/:name')
  @ApiOperation({
    operationId: 'getDatasetFile',
    summary: 'A file as it is stored',
    description: 'Streamed; `Range: bytes=…` answers 206 with a part of it, or 416.',
  })
  @ApiProduces('text/csv', 'application/gzip', 'application/zstd')
  @ApiOkResponse({ description: 'The bytes of the file', schema: { type: 'string', format: 'binary' } })
  @Problems('DATASET_NOT_FOUND', 'NOT_FOUND', 'INPUT_UNREADABLE')
  file(
    @Who() caller: Caller,
    @Param({ schema: FileParam }) param: FileParam,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    return this.download.send(caller, param, request, response);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteDataset',
    summary: 'Forget a dataset',
    description: 'Its files stay where they are, unless it is a generated or uploaded one and `files=true`.',
  })
  @ApiNoContentResponse({ description: 'Deleted' })
  @Problems('DATASET_NOT_FOUND', 'VALIDATION_FAILED', 'CONFLICT')
  delete(
    @Who() caller: Caller,
    @Param({ schema: DatasetParam }) { id }: DatasetParam,
    @Query({ schema: DeleteDataset }) { files }: DeleteDataset,
  ): Promise<void> {
    return this.datasets.delete(caller, id, files === 'true');
  }
}
