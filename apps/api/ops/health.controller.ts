import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { z } from 'zod';
import { CodedError } from '#libs/contract/problem.js';
import type { Store } from '#libs/store/port.js';
import { Open } from '../http/key.guard.js';
import { Problems } from '../problem/problems.decorator.js';
import type { RunQueue } from '#libs/queue/port.js';
import type { ApiConfig } from '../config.js';
import { InjectConfig, InjectQueue, InjectStore } from '../tokens.js';

const Health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });
type Health = z.infer<typeof Health>;

const Readiness = z
  .object({
    status: z.literal('ok'),
    redis: z
      .enum(['ok', 'away', 'none'])
      .describe(
        'none: not configured. Without it runs go on and are found in the database: away is no reason to send nothing here',
      ),
  })
  .meta({ id: 'Readiness' });
type Readiness = z.infer<typeof Readiness>;

@Open()
@SkipThrottle()
@ApiTags('ops')
@Controller('health')
export class HealthController {
  constructor(
    @InjectStore() private readonly store: Store,
    @InjectQueue() private readonly queue: RunQueue,
    @InjectConfig() private readonly config: ApiConfig,
  ) {}

  @Get('live')
  @ApiOperation({ operationId: 'live', summary: 'Is the process alive?' })
  @ApiOkResponse({ description: 'Yes', standardSchema: Health })
  live(): Health {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ operationId: 'ready', summary: 'Can it serve: does the database answer, and does Redis?' })
  @ApiOkResponse({ description: 'Yes', standardSchema: Readiness })
  @Problems('STORE_UNAVAILABLE')
  async ready(): Promise<Readiness> {
    await this.store.ping().catch((cause: unknown) => {
      throw new CodedError('STORE_UNAVAILABLE', 'The database does not answer; see TIDEMARK_DATABASE_URL.', [], {
        cause,
      });
    });
    return { status: 'ok', redis: await this.redis() };
  }

  private async redis(): Promise<Readiness['redis']> {
    if (this.config.redisUrl === undefined) return 'none';
    return this.queue.ping().then(
      () => 'ok',
      () => 'away',
    );
  }
}
