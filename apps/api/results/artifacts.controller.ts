import { Body, Controller, Get, Headers, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Annotation } from '#libs/contract/artifact.js';
import { answerPage } from '../http/answer-page.js';
import { answerMade, IDEMPOTENCY_KEY, IdempotencyKey } from '../http/idempotency.js';
import { streamText } from '../http/stream-text.js';
import { type Caller, Who } from '../keys/caller.js';
import { Problems } from '../problem/problems.decorator.js';
import { RunId } from '../runs/runs.schema.js';
import { AnnotationPage, ArtifactName, ArtifactPage, CreateAnnotation, ReportQuery } from './artifacts.schema.js';
import { Artifacts } from './artifacts.service.js';
import { ServerMetricsList, ServerMetricsQuery } from './server-metrics.schema.js';
import { HtmlReports } from './html-report.service.js';

@ApiTags('results')
@Controller('v1/runs/:id')
export class ArtifactsController {
  constructor(
    private readonly artifacts: Artifacts,
    private readonly pages: HtmlReports,
  ) {}

  @Get('artifacts')
  @ApiOperation({ operationId: 'listArtifacts', summary: 'Files that the run has left' })
  @ApiOkResponse({ description: 'The files', standardSchema: ArtifactPage })
  @Problems('RUN_NOT_FOUND')
  list(@Param({ schema: RunId }) { id }: RunId): Promise<ArtifactPage> {
    return this.artifacts.list(id);
  }

  @Get('artifacts/:name')
  @ApiOperation({ operationId: 'getArtifact', summary: 'One file; it grows while the run is on' })
  @ApiOkResponse({ description: 'The file', content: { 'text/plain': { schema: { type: 'string' } } } })
  @Problems('RUN_NOT_FOUND', 'ARTIFACT_NOT_FOUND')
  async read(
    @Param({ schema: ArtifactName }) { id, name }: ArtifactName,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await streamText(await this.artifacts.read(id, name), request, response);
  }

  @Get('server-metrics')
  @ApiOperation({
    operationId: 'getServerMetrics',
    summary: 'What the servers of a zookeeper run said of themselves, as series',
    description:
      'As in the artifacts zk-metrics-*.csv, also while the run is on: which keys there are, and the points of those that are asked for.',
  })
  @ApiOkResponse({ description: 'The servers', standardSchema: ServerMetricsList })
  @Problems('RUN_NOT_FOUND', 'VALIDATION_FAILED')
  serverMetrics(
    @Param({ schema: RunId }) { id }: RunId,
    @Query({ schema: ServerMetricsQuery }) query: ServerMetricsQuery,
  ): Promise<ServerMetricsList> {
    return this.artifacts.serverMetrics(id, query);
  }

  @Get('report')
  @ApiOperation({
    operationId: 'getReport',
    summary: 'The run as one HTML page, with others of its kind laid over it',
    description:
      'Needs nothing but itself and runs no script: charts are SVG. Of a run that is on, what there is so far.',
  })
  @ApiOkResponse({ description: 'The page', content: { 'text/html': { schema: { type: 'string' } } } })
  @Problems('RUN_NOT_FOUND', 'RUNS_NOT_COMPARABLE', 'VALIDATION_FAILED')
  async report(
    @Param({ schema: RunId }) { id }: RunId,
    @Query({ schema: ReportQuery }) query: ReportQuery,
    @Who() caller: Caller,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await answerPage(await this.pages.page(id, query.with, caller), request, response);
  }

  @Get('annotations')
  @ApiOperation({ operationId: 'listAnnotations', summary: 'What happened while the run was on, by time' })
  @ApiOkResponse({ description: 'The annotations', standardSchema: AnnotationPage })
  @Problems('RUN_NOT_FOUND')
  annotations(@Param({ schema: RunId }) { id }: RunId): Promise<AnnotationPage> {
    return this.artifacts.annotations(id);
  }

  @Post('annotations')
  @ApiOperation({ operationId: 'annotateRun', summary: 'Note what happens to the target while the run is on' })
  @IdempotencyKey()
  @ApiCreatedResponse({ description: 'The annotation', standardSchema: Annotation })
  @Problems('RUN_NOT_FOUND', 'VALIDATION_FAILED', 'IDEMPOTENCY_KEY_REUSED')
  async annotate(
    @Param({ schema: RunId }) { id }: RunId,
    @Body({ schema: CreateAnnotation }) body: CreateAnnotation,
    @Who() { actor }: Caller,
    @Headers(IDEMPOTENCY_KEY) key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Annotation> {
    const { item, replayed } = await this.artifacts.annotate(id, body, actor, key);
    // An annotation is read in the list only.
    answerMade(response, `/v1/runs/${id}/annotations`, replayed);
    return item;
  }
}
