import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { Benchmark, BenchmarkVersion, CreateBenchmark, RunBenchmark } from '#libs/contract/benchmark.js';
import { Run } from '#libs/contract/run.js';
import { answerVersion, IF_MATCH, IfMatch, readIfMatch } from '../http/etag.js';
import { answerMade, IDEMPOTENCY_KEY, IdempotencyKey } from '../http/idempotency.js';
import { type Caller, Who } from '../keys/caller.js';
import { PageQuery, PathId } from '../page-query.js';
import { Problems } from '../problem/problems.decorator.js';
import { answerCreated } from '../runs/run-answers.js';
import { Benchmarks } from './benchmarks.service.js';

const BenchmarkPage = z
  .object({ items: z.array(Benchmark).describe('Newest first'), nextCursor: z.string().nullable() })
  .meta({ id: 'BenchmarkPage' });
type BenchmarkPage = z.infer<typeof BenchmarkPage>;

const BenchmarkVersions = z
  .object({ items: z.array(BenchmarkVersion).describe('Latest first') })
  .meta({ id: 'BenchmarkVersions' });
type BenchmarkVersions = z.infer<typeof BenchmarkVersions>;

@ApiTags('benchmarks')
@Controller('v1/benchmarks')
export class BenchmarksController {
  constructor(private readonly benchmarks: Benchmarks) {}

  @Post()
  @ApiOperation({ operationId: 'createBenchmark', summary: 'Save a definition under a name' })
  @IdempotencyKey()
  @ApiCreatedResponse({ description: 'The benchmark, at version 1', standardSchema: Benchmark })
  @Problems('VALIDATION_FAILED', 'CONFLICT', 'IDEMPOTENCY_KEY_REUSED')
  async create(
    @Who() caller: Caller,
    @Body({ schema: CreateBenchmark }) body: CreateBenchmark,
    @Headers(IDEMPOTENCY_KEY) key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Benchmark> {
    const { item, replayed } = await this.benchmarks.create(caller, body, key);
    answerMade(response, `/v1/benchmarks/${item.id}`, replayed);
    return answerVersion(response, item);
  }

  @Get()
  @ApiOperation({ operationId: 'listBenchmarks', summary: 'List benchmarks' })
  @ApiOkResponse({ description: 'A page of benchmarks', standardSchema: BenchmarkPage })
  @Problems('VALIDATION_FAILED')
  list(@Who() caller: Caller, @Query({ schema: PageQuery }) query: PageQuery): Promise<BenchmarkPage> {
    return this.benchmarks.list(caller, query);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getBenchmark', summary: 'One benchmark, its latest version' })
  @ApiOkResponse({ description: 'The benchmark', standardSchema: Benchmark })
  @Problems('NOT_FOUND')
  async get(
    @Who() caller: Caller,
    @Param({ schema: PathId }) { id }: PathId,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Benchmark> {
    return answerVersion(response, await this.benchmarks.get(caller, id));
  }

  @Get(':id/versions')
  @ApiOperation({ operationId: 'listBenchmarkVersions', summary: 'All versions of a benchmark: who changed what when' })
  @ApiOkResponse({ description: 'The versions', standardSchema: BenchmarkVersions })
  @Problems('NOT_FOUND')
  async versions(@Who() caller: Caller, @Param({ schema: PathId }) { id }: PathId): Promise<BenchmarkVersions> {
    return { items: await this.benchmarks.versions(caller, id) };
  }

  @Put(':id')
  @ApiOperation({ operationId: 'replaceBenchmark', summary: 'Make a new version of a benchmark' })
  @IfMatch()
  @ApiOkResponse({ description: 'The benchmark at its new version', standardSchema: Benchmark })
  @Problems('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT', 'PRECONDITION_FAILED', 'PRECONDITION_REQUIRED')
  async replace(
    @Who() caller: Caller,
    @Param({ schema: PathId }) { id }: PathId,
    @Body({ schema: CreateBenchmark }) body: CreateBenchmark,
    @Headers(IF_MATCH) ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Benchmark> {
    return answerVersion(response, await this.benchmarks.replace(caller, id, readIfMatch(ifMatch), body));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteBenchmark', summary: 'Delete a benchmark and its versions; its runs stay' })
  @ApiNoContentResponse({ description: 'Deleted' })
  @Problems('NOT_FOUND', 'CONFLICT')
  delete(@Who() caller: Caller, @Param({ schema: PathId }) { id }: PathId): Promise<void> {
    return this.benchmarks.delete(caller, id);
  }

  @Post(':id/runs')
  @ApiOperation({
    operationId: 'runBenchmark',
    summary: 'Create a run of a benchmark',
    description: 'Of its latest version or another one, with overrides where wanted.',
  })
  @IdempotencyKey()
  @ApiCreatedResponse({ description: 'The run, queued', standardSchema: Run })
  @Problems('VALIDATION_FAILED', 'NOT_FOUND', 'IDEMPOTENCY_KEY_REUSED', 'QUEUE_FULL', 'QUOTA_EXCEEDED')
  async run(
    @Who() caller: Caller,
    @Param({ schema: PathId }) { id }: PathId,
    @Body({ schema: RunBenchmark }) body: RunBenchmark,
    @Headers(IDEMPOTENCY_KEY) key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Run> {
    return answerCreated(await this.benchmarks.run(caller, id, body, key), response);
  }
}
