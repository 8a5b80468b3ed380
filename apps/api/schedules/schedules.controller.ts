import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { CreateSchedule, Fire, Schedule } from '#libs/contract/schedule.js';
import { answerVersion, IF_MATCH, IfMatch, readIfMatch } from '../http/etag.js';
import { answerMade, IDEMPOTENCY_KEY, IdempotencyKey } from '../http/idempotency.js';
import { type Caller, Who } from '../keys/caller.js';
import { PageQuery, PathId } from '../page-query.js';
import { Problems } from '../problem/problems.decorator.js';
import { Schedules } from './schedules.service.js';

const SchedulePage = z
  .object({ items: z.array(Schedule).describe('Newest first'), nextCursor: z.string().nullable() })
  .meta({ id: 'SchedulePage' });
type SchedulePage = z.infer<typeof SchedulePage>;

const FirePage = z
  .object({ items: z.array(Fire).describe('Latest due time first'), nextCursor: z.string().nullable() })
  .meta({ id: 'FirePage' });
type FirePage = z.infer<typeof FirePage>;

@ApiTags('schedules')
@Controller('v1/schedules')
export class SchedulesController {
  constructor(private readonly schedules: Schedules) {}

  @Post()
  @ApiOperation({
    operationId: 'createSchedule',
    summary: 'Start a benchmark, or a run, at times',
    description: 'One run for each due time, however many replicas of the API there are.',
  })
  @IdempotencyKey()
  @ApiCreatedResponse({ description: 'The schedule and its next due times', standardSchema: Schedule })
  @Problems('VALIDATION_FAILED', 'IDEMPOTENCY_KEY_REUSED', 'QUOTA_EXCEEDED')
  async create(
    @Who() caller: Caller,
    @Body({ schema: CreateSchedule }) body: CreateSchedule,
    @Headers(IDEMPOTENCY_KEY) key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Schedule> {
    const { item, replayed } = await this.schedules.create(caller, body, key);
    answerMade(response, `/v1/schedules/${item.id}`, replayed);
    return answerVersion(response, item);
  }

  @Get()
  @ApiOperation({ operationId: 'listSchedules', summary: 'List schedules' })
  @ApiOkResponse({ description: 'A page of schedules', standardSchema: SchedulePage })
  @Problems('VALIDATION_FAILED')
  list(@Who() caller: Caller, @Query({ schema: PageQuery }) query: PageQuery): Promise<SchedulePage> {
    return this.schedules.list(caller, query);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getSchedule', summary: 'One schedule: its next due times, and the last ones' })
  @ApiOkResponse({ description: 'The schedule', standardSchema: Schedule })
  @Problems('NOT_FOUND')
  async get(
    @Who() caller: Caller,
    @Param({ schema: PathId }) { id }: PathId,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Schedule> {
    return answerVersion(response, await this.schedules.get(caller, id));
  }

  @Get(':id/fires')
  @ApiOperation({
    operationId: 'listFires',
    summary: 'What became of every due time',
    description: 'Fired in time or late, skipped, missed or failed, with the run or the reason.',
  })
  @ApiOkResponse({ description: 'A page of due times', standardSchema: FirePage })
  @Problems('NOT_FOUND', 'VALIDATION_FAILED')
  fires(
    @Who() caller: Caller,
    @Param({ schema: PathId }) { id }: PathId,
    @Query({ schema: PageQuery }) query: PageQuery,
  ): Promise<FirePage> {
    return this.schedules.fires(caller, id, query);
  }

  @Put(':id')
  @ApiOperation({ operationId: 'replaceSchedule', summary: 'Change a schedule' })
  @IfMatch()
  @ApiOkResponse({ description: 'The schedule as it is now', standardSchema: Schedule })
  @Problems('VALIDATION_FAILED', 'NOT_FOUND', 'PRECONDITION_FAILED', 'PRECONDITION_REQUIRED', 'QUOTA_EXCEEDED')
  async replace(
    @Who() caller: Caller,
    @Param({ schema: PathId }) { id }: PathId,
    @Body({ schema: CreateSchedule }) body: CreateSchedule,
    @Headers(IF_MATCH) ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Schedule> {
    return answerVersion(response, await this.schedules.replace(caller, id, readIfMatch(ifMatch), body));
  }

  @Post(':id/pause')
  @HttpCode(200)
  @ApiOperation({ operationId: 'pauseSchedule', summary: 'Start nothing until it is resumed' })
  @ApiOkResponse({ description: 'The schedule, paused', standardSchema: Schedule })
  @Problems('NOT_FOUND')
  pause(@Who() caller: Caller, @Param({ schema: PathId }) { id }: PathId): Promise<Schedule> {
    return this.schedules.pause(caller, id, true);
  }

  @Post(':id/resume')
  @HttpCode(200)
  @ApiOperation({ operationId: 'resumeSchedule', summary: 'Go on with the next due time' })
  @ApiOkResponse({ description: 'The schedule and its next due times', standardSchema: Schedule })
  @Problems('NOT_FOUND')
  resume(@Who() caller: Caller, @Param({ schema: PathId }) { id }: PathId): Promise<Schedule> {
    return this.schedules.pause(caller, id, false);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteSchedule', summary: 'Delete a schedule; its runs stay' })
  @ApiNoContentResponse({ description: 'Deleted' })
  @Problems('NOT_FOUND')
  delete(@Who() caller: Caller, @Param({ schema: PathId }) { id }: PathId): Promise<void> {
    return this.schedules.delete(caller, id);
  }
}
