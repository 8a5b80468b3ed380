import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { DEFAULT_PROJECT } from '#libs/contract/project.js';
import { CreateRun, Run } from '#libs/contract/run.js';
import { IDEMPOTENCY_KEY, IdempotencyKey } from '../http/idempotency.js';
import { type Caller, Who } from '../keys/caller.js';
import { Problems } from '../problem/problems.decorator.js';
import { answerCancelled, answerCreated } from './run-answers.js';
import { RunPlanner } from './run-planner.js';
import { CancelRun, ListRuns, Rerun, RunId, RunPage, Validation } from './runs.schema.js';
import { RunsService } from './runs.service.js';

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
  @Problems(
    'VALIDATION_FAILED',
    'IDEMPOTENCY_KEY_REUSED',
    'BODY_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'QUEUE_FULL',
    'QUOTA_EXCEEDED',
  )
  async create(
    @Who() caller: Caller,
    @Body({ schema: CreateRun }) body: CreateRun,
    @Headers(IDEMPOTENCY_KEY) key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Run> {
    return answerCreated(await this.runs.create(body, { caller, idempotencyKey: key }), response);
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
  validate(@Who() { projectId }: Caller, @Body() body: unknown): Promise<Validation> {
    return this.planner.validate(body, projectId ?? DEFAULT_PROJECT);
  }

  @Get()
  @ApiOperation({ operationId: 'listRuns', summary: 'List runs, newest first' })
  @ApiOkResponse({ description: 'A page of runs', standardSchema: RunPage })
  @Problems('VALIDATION_FAILED')
  list(@Who() caller: Caller, @Query({ schema: ListRuns }) query: ListRuns): Promise<RunPage> {
    return this.runs.list(query, caller);
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
    @Who() caller: Caller,
    @Param({ schema: RunId }) { id }: RunId,
    @Body({ schema: CancelRun }) { reason }: CancelRun,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Run> {
    return answerCancelled(await this.runs.cancel(id, reason, caller), response);
  }

  @Post(':id/rerun')
  @ApiOperation({
    operationId: 'rerunRun',
    summary: 'Create the same run again',
    description: 'With overrides, a JSON merge patch on its definition, a run like it.',
  })
  @IdempotencyKey()
  @ApiCreatedResponse({ description: 'The new run, queued; rerunOf names the old one', standardSchema: Run })
  @Problems('RUN_NOT_FOUND', 'VALIDATION_FAILED', 'IDEMPOTENCY_KEY_REUSED', 'QUEUE_FULL', 'QUOTA_EXCEEDED')
  async rerun(
    @Who() caller: Caller,
    @Param({ schema: RunId }) { id }: RunId,
    @Body({ schema: Rerun }) { overrides }: Rerun,
    @Headers(IDEMPOTENCY_KEY) key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Run> {
    return answerCreated(await this.runs.rerun(id, overrides, { caller, idempotencyKey: key }), response);
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
