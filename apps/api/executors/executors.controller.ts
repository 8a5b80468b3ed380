import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Store } from '#libs/store/port.js';
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
  })
  .meta({ id: 'Executor' });

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
}
