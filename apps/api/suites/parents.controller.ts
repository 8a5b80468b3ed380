import { Controller, Get, Headers, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Run } from '#libs/contract/run.js';
import { Problems } from '../problem/problems.decorator.js';
import { IDEMPOTENCY_KEY, IdempotencyKey } from '../http/idempotency.js';
import { type Caller, Who } from '../keys/caller.js';
import { answerCreated } from '../runs/run-answers.js';
import { RunId } from '../runs/runs.schema.js';
import { Progress } from './parents.schema.js';
import { Parents } from './parents.service.js';

@ApiTags('suites and searches')
@Controller('v1/runs')
export class ParentsController {
  constructor(private readonly parents: Parents) {}

  @Get(':id/progress')
  @ApiOperation({
    operationId: 'getProgress',
    summary: 'Where a suite or a search stands',
    description: 'Its steps or probes so far, each with its run; GET /v1/runs?parent={id} answers those runs.',
  })
  @ApiOkResponse({ description: 'Steps or probes', standardSchema: Progress })
  @Problems('RUN_NOT_FOUND', 'RUN_NOT_RESUMABLE')
  progress(@Param({ schema: RunId }) { id }: RunId): Promise<Progress> {
    return this.parents.progress(id);
  }

  @Post(':id/resume')
  @ApiOperation({
    operationId: 'resumeRun',
    summary: 'Go on where a suite or a search ended',
    description: 'A new run; steps that succeeded, and probes that can be believed, are not made again.',
  })
  @IdempotencyKey()
  @ApiCreatedResponse({ description: 'The new run, queued; rerunOf names the old one', standardSchema: Run })
  @Problems(
    'RUN_NOT_FOUND',
    'RUN_NOT_RESUMABLE',
    'VALIDATION_FAILED',
    'IDEMPOTENCY_KEY_REUSED',
    'QUEUE_FULL',
    'QUOTA_EXCEEDED',
  )
  async resume(
    @Who() caller: Caller,
    @Param({ schema: RunId }) { id }: RunId,
    @Headers(IDEMPOTENCY_KEY) key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Run> {
    return answerCreated(await this.parents.resume(id, { caller, idempotencyKey: key }), response);
  }
}
