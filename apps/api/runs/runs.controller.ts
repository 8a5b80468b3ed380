import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { CreateRun, Run } from '#libs/contract/run.js';
import { Problems } from '../problem/problems.decorator.js';
import { answerCancelled, answerCreated, IDEMPOTENCY_KEY, readIdempotencyKey } from './run-answers.js';
import { RunPlanner } from './run-planner.js';
import { CancelRun, ListRuns, RunId, RunPage, Validation } from './runs.schema.js';
import { RunsService } from './runs.service.js';

const IdempotencyKey = () =>
  ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Repeating the call with the same key and body answers the same run',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  });

@ApiTags('runs')
@Controller('v1/runs')
export class RunsController {
  constructor(
    private readonly runs: RunsService,
    private readonly planner: RunPlanner,
  ) {}

  @Post()
  @ApiOperation({
    operationId: 'createRun',
    summary: 'Create a run',
    description: 'The run is planned and queued; executors take it from there. `Location` says where it is.',
  })
  @IdempotencyKey()
  @ApiCreatedResponse({ description: 'The run, queued', standardSchema: Run })
  @Problems('VALIDATION_FAILED', 'IDEMPOTENCY_KEY_REUSED', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'QUEUE_FULL')
  async create(
    @Body({ schema: CreateRun }) body: CreateRun,
    @Headers(IDEMPOTENCY_KEY) key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Run> {
    return answerCreated(await this.runs.create(body, readIdempotencyKey(key)), response);
  }

  @Post('validate')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'validateRun',
    summary: 'Check and plan a run without creating it',
    description: 'Answers the plan, its shards and an estimate of its size, or every problem at once.',
  })
  @ApiBody({ schema: { $ref: '#/components/schemas/CreateRunInput' } })
  @ApiOkResponse({ description: 'Plan or problems', standardSchema: Validation })
  @Problems('VALIDATION_FAILED', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE')
  validate(@Body() body: unknown): Promise<Validation> {
    return this.planner.validate(body);
  }

  @Get()
  @ApiOperation({ operationId: 'listRuns', summary: 'List runs, newest first' })
  @ApiOkResponse({ description: 'A page of runs', standardSchema: RunPage })
  @Problems('VALIDATION_FAILED')
  list(@Query({ schema: ListRuns }) query: ListRuns): Promise<RunPage> {
    return this.runs.list(query);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getRun', summary: 'One run: status, history, plan, why it waits' })
  @ApiOkResponse({ description: 'The run', standardSchema: Run })
  @Problems('RUN_NOT_FOUND')
  get(@Param({ schema: RunId }) { id }: RunId): Promise<Run> {
    return this.runs.get(id);
  }

  @Post(':id/cancel')
  @ApiOperation({
    operationId: 'cancelRun',
    summary: 'Cancel a run',
    description: 'Takes effect within a second; what was measured is kept. May be repeated.',
  })
  @ApiOkResponse({ description: 'The run has ended', standardSchema: Run })
  @ApiAcceptedResponse({ description: 'Its executors are stopping', standardSchema: Run })
  @Problems('RUN_NOT_FOUND', 'RUN_ALREADY_ENDED', 'VALIDATION_FAILED')
  async cancel(
    @Param({ schema: RunId }) { id }: RunId,
    @Body({ schema: CancelRun }) { reason }: CancelRun,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Run> {
    return answerCancelled(await this.runs.cancel(id, reason), response);
  }

  @Post(':id/rerun')
  @ApiOperation({ operationId: 'rerunRun', summary: 'Create the same run again' })
  @IdempotencyKey()
  @ApiCreatedResponse({ description: 'The new run, queued; rerunOf names the old one', standardSchema: Run })
  @Problems('RUN_NOT_FOUND', 'VALIDATION_FAILED', 'IDEMPOTENCY_KEY_REUSED', 'QUEUE_FULL')
  async rerun(
    @Param({ schema: RunId }) { id }: RunId,
    @Headers(IDEMPOTENCY_KEY) key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Run> {
    return answerCreated(await this.runs.rerun(id, readIdempotencyKey(key)), response);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteRun', summary: 'Delete an ended run and everything measured in it' })
  @ApiNoContentResponse({ description: 'Deleted' })
  @Problems('RUN_NOT_FOUND', 'RUN_NOT_ENDED')
  delete(@Param({ schema: RunId }) { id }: RunId): Promise<void> {
    return this.runs.delete(id);
  }
}
