import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CodedError } from '#libs/contract/problem.js';
import type { Store } from '#libs/store/port.js';
import { Needs, refuseNarrow } from '../keys/access.js';
import { type Caller, Who } from '../keys/caller.js';
import { Problems } from '../problem/problems.decorator.js';
import { InjectNowMs, InjectStore, type NowMs } from '../tokens.js';

const Executor = z
  .object({
    id: z.string(),
    labels: z.record(z.string(), z.string()),
    hostname: z.string(),
    pid: z.int(),
    cores: z.int(),
    alive: z.boolean(),
    aliveAtMs: z.int().describe('Last heartbeat, epoch milliseconds'),
    runId: z.string().nullable().describe('The run that it works on'),
    draining: z.boolean().describe('It ends what it does and is given nothing new'),
    clockOffsetMs: z
      .number()
      .nullable()
      .describe('How far its clock is behind the database’s, which all executors go by'),
  })
  .meta({ id: 'Executor' });

type Executor = z.infer<typeof Executor>;

const ExecutorId = z.object({ id: z.string().min(1).max(128) });
type ExecutorId = z.infer<typeof ExecutorId>;

const Executors = z.object({ items: z.array(Executor) }).meta({ id: 'Executors' });
type Executors = z.infer<typeof Executors>;

@ApiTags('executors')
@Controller('v1/executors')
export class ExecutorsController {
  constructor(
    @InjectStore() private readonly store: Store,
    @InjectNowMs() private readonly nowMs: NowMs,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listExecutors', summary: 'Executors: who is alive and what each one does' })
  @ApiOkResponse({ description: 'All known executors', standardSchema: Executors })
  async list(): Promise<Executors> {
    return { items: await this.store.shards.executors(this.nowMs()) };
  }

  @Post(':id/drain')
  @Needs('admin')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'drainExecutor',
    summary: 'Give an executor nothing new',
    description:
      'It ends the run that it works on and stays idle, until it is resumed or started again. For admins of all projects.',
  })
  @ApiOkResponse({ description: 'The executor', standardSchema: Executor })
  @Problems('FORBIDDEN', 'NOT_FOUND')
  drain(@Who() caller: Caller, @Param({ schema: ExecutorId }) { id }: ExecutorId): Promise<Executor> {
    return this.setDraining(caller, id, true);
  }

  @Post(':id/resume')
  @Needs('admin')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'resumeExecutor',
    summary: 'Give a drained executor work again',
    description: 'For admins of all projects.',
  })
  @ApiOkResponse({ description: 'The executor', standardSchema: Executor })
  @Problems('FORBIDDEN', 'NOT_FOUND')
  resume(@Who() caller: Caller, @Param({ schema: ExecutorId }) { id }: ExecutorId): Promise<Executor> {
    return this.setDraining(caller, id, false);
  }

  private async setDraining(caller: Caller, id: string, draining: boolean): Promise<Executor> {
    // Executors work for all projects.
    refuseNarrow(caller);
    await this.store.shards.drain(id, draining);
    const found = (await this.store.shards.executors(this.nowMs())).find((executor) => executor.id === id);
    if (found === undefined)
      throw new CodedError('NOT_FOUND', `There is no executor ${id}; GET /v1/executors lists them.`);
    return found;
  }
}
