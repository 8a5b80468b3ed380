import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Summary } from '#libs/contract/summary.js';
import { streamText } from '../http/stream-text.js';
import { Problems } from '../problem/problems.decorator.js';
import { RunId } from '../runs/runs.schema.js';
import { HdrQuery, IntervalPage, IntervalsQuery, WindowQuery, WindowStats } from './results.schema.js';
import { HdrLogs } from './hdr-logs.service.js';
import { Results } from './results.service.js';

@ApiTags('results')
@Controller('v1/runs/:id')
export class ResultsController {
  constructor(
    private readonly results: Results,
    private readonly hdrLogs: HdrLogs,
  ) {}

  @Get('summary')
  @ApiOperation({
    operationId: 'getSummary',
    summary: 'The result: what was measured, whether it met its thresholds, whether it can be believed',
  })
  @ApiOkResponse({ description: 'The summary', standardSchema: Summary })
  @Problems('RUN_NOT_FOUND', 'NO_RESULT_YET')
  summary(@Param({ schema: RunId }) { id }: RunId): Promise<Summary> {
    return this.results.summary(id);
  }

  @Get('intervals')
  @ApiOperation({
    operationId: 'listIntervals',
    summary: 'The run second by second, per operation and in total',
    description:
      'Merged over executors unless one is named. Percentiles come from merged histograms at any resolution.',
  })
  @ApiOkResponse({ description: 'A page of intervals', standardSchema: IntervalPage })
  @Problems('RUN_NOT_FOUND', 'VALIDATION_FAILED')
  intervals(
    @Param({ schema: RunId }) { id }: RunId,
    @Query({ schema: IntervalsQuery }) query: IntervalsQuery,
  ): Promise<IntervalPage> {
    return this.results.intervals(id, query);
  }

  @Get('stats')
  @ApiOperation({ operationId: 'getWindowStats', summary: 'Figures of a window, from the histograms of its intervals' })
  @ApiOkResponse({ description: 'The figures', standardSchema: WindowStats })
  @Problems('RUN_NOT_FOUND', 'VALIDATION_FAILED')
  stats(
    @Param({ schema: RunId }) { id }: RunId,
    @Query({ schema: WindowQuery }) query: WindowQuery,
  ): Promise<WindowStats> {
    return this.results.stats(id, query);
  }

  @Get('hdr')
  @ApiOperation({
    operationId: 'getHdrLog',
    summary: 'The histograms as a standard HDR log',
    description:
      'Format 1.3, nanoseconds, one line per interval and tag (READ-st, WRITE-rt …); gzip by Accept-Encoding.',
  })
  @ApiOkResponse({ description: 'The log', content: { 'text/plain': { schema: { type: 'string' } } } })
  @Problems('RUN_NOT_FOUND', 'VALIDATION_FAILED')
  async hdr(
    @Param({ schema: RunId }) { id }: RunId,
    @Query({ schema: HdrQuery }) query: HdrQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await streamText(await this.hdrLogs.log(id, query), request, response);
  }
}
