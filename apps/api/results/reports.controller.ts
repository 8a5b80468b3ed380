import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { streamText } from '../http/stream-text.js';
import { Problems } from '../problem/problems.decorator.js';
import { RunId } from '../runs/runs.schema.js';
import { EventStreams } from './event-streams.service.js';
import { Reports } from './reports.service.js';
import { LogPage, LogQuery } from './results.schema.js';

const text = (type: string, description: string) =>
  ApiOkResponse({ description, content: { [type]: { schema: { type: 'string' } } } });

@ApiTags('results')
@Controller('v1/runs/:id')
export class ReportsController {
  constructor(
    private readonly reports: Reports,
    private readonly streams: EventStreams,
  ) {}

  @Get('events')
  @ApiOperation({
    operationId: 'followRun',
    summary: 'Follow a run: status changes, intervals and log lines as they come',
    description:
      'Server-sent events whose `event` is the type and whose `data` is the data of a RunEvent. Starts at the first event, or after Last-Event-ID; ends when the end of the run was sent. 204 when there is nothing more to come.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'id of the last event that was seen' })
  @text('text/event-stream', 'The events')
  @ApiNoContentResponse({ description: 'Everything was sent before' })
  @Problems('RUN_NOT_FOUND', 'TOO_MANY_REQUESTS')
  events(@Param({ schema: RunId }) { id }: RunId, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.streams.answer(id, request, response);
  }

  @Get('log')
  @ApiOperation({ operationId: 'getLog', summary: 'What the executors and the API said about the run' })
  @ApiOkResponse({ description: 'A page of log lines, oldest first', standardSchema: LogPage })
  @Problems('RUN_NOT_FOUND', 'VALIDATION_FAILED')
  log(@Param({ schema: RunId }) { id }: RunId, @Query({ schema: LogQuery }) query: LogQuery): Promise<LogPage> {
    return this.reports.log(id, query);
  }

  @Get('stdout')
  @ApiOperation({
    operationId: 'getStdout',
    summary: 'What cassandra-stress would have printed',
    description: 'Made from the stored intervals: settings, interval table, summary, END or FAILURE.',
  })
  @text('text/plain', 'The text')
  @Problems('RUN_NOT_FOUND')
  async stdout(
    @Param({ schema: RunId }) { id }: RunId,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await streamText(await this.reports.stdout(id), request, response);
  }

  @Get('report.json')
  @ApiOperation({
    operationId: 'getJsonReport',
    summary: 'Run, summary, annotations and all intervals in one JSON document',
  })
  @text('application/json', 'The report')
  @Problems('RUN_NOT_FOUND')
  async json(
    @Param({ schema: RunId }) { id }: RunId,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await streamText(await this.reports.json(id), request, response);
  }

  @Get('report.csv')
  @ApiOperation({
    operationId: 'getCsvReport',
    summary: 'All intervals as CSV, one row per interval and operation; of a suite or search one row per step or probe',
  })
  @text('text/csv', 'The table')
  @Problems('RUN_NOT_FOUND')
  async csv(
    @Param({ schema: RunId }) { id }: RunId,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await streamText(await this.reports.csv(id), request, response);
  }
}
