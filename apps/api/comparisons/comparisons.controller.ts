import { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Comparison, CreateComparison } from '#libs/contract/comparison.js';
import { comparisonPage } from '#libs/report/comparison-page.js';
import { answerPage } from '../http/answer-page.js';
import { Needs } from '../keys/access.js';
import { type Caller, Who } from '../keys/caller.js';
import { Problems } from '../problem/problems.decorator.js';
import { RunId } from '../runs/runs.schema.js';
import { ComparisonQuery } from './comparisons.schema.js';
import { Comparisons } from './comparisons.service.js';

@ApiTags('comparisons')
@Controller('v1')
export class ComparisonsController {
  constructor(private readonly comparisons: Comparisons) {}

  @Post('comparisons')
  @HttpCode(200)
  @Needs('viewer')
  @ApiOperation({
    operationId: 'compareRuns',
    summary: 'Hold runs against a baseline: what has changed, by how much, and how sure that is',
    description:
      'Per metric: difference, confidence interval, effect size and test. Nothing is stored; the same runs have the same answer. An invalid run is no baseline; runs that are not alike are compared with a warning, or not at all.',
  })
  @ApiOkResponse({ description: 'The comparison', standardSchema: Comparison })
  @Problems('VALIDATION_FAILED', 'RUN_NOT_FOUND', 'NO_RESULT_YET', 'BASELINE_INVALID', 'RUNS_NOT_COMPARABLE')
  compare(@Body({ schema: CreateComparison }) body: CreateComparison, @Who() caller: Caller): Promise<Comparison> {
    return this.comparisons.compare(body, caller);
  }

  @Get('runs/:id/comparison')
  @ApiOperation({ operationId: 'getComparison', summary: 'The same as one HTML page; this run is the baseline' })
  @ApiOkResponse({ description: 'The page', content: { 'text/html': { schema: { type: 'string' } } } })
  @Problems('VALIDATION_FAILED', 'RUN_NOT_FOUND', 'NO_RESULT_YET', 'BASELINE_INVALID', 'RUNS_NOT_COMPARABLE')
  async page(
    @Param({ schema: RunId }) { id }: RunId,
    @Query({ schema: ComparisonQuery }) { with: candidates, ...rest }: ComparisonQuery,
    @Who() caller: Caller,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const comparison = await this.comparisons.compare({ baseline: id, candidates, ...rest }, caller);
    const chunks = Readable.from([comparisonPage(comparison)]);
    await answerPage({ type: 'text/html; charset=utf-8', chunks }, request, response);
  }
}
