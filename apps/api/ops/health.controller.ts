import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { z } from 'zod';
import { CodedError } from '#libs/contract/problem.js';
import type { Store } from '#libs/store/port.js';
import { Open } from '../http/key.guard.js';
import { Problems } from '../problem/problems.decorator.js';
import { InjectStore } from '../tokens.js';

const Health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });
type Health = z.infer<typeof Health>;

@Open()
@SkipThrottle()
@ApiTags('ops')
@Controller('health')
export class HealthController {
  constructor(@InjectStore() private readonly store: Store) {}

  @Get('live')
  @ApiOperation({ operationId: 'live', summary: 'Is the process alive?' })
  @ApiOkResponse({ description: 'Yes', standardSchema: Health })
  live(): Health {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ operationId: 'ready', summary: 'Can it serve: does the database answer?' })
  @ApiOkResponse({ description: 'Yes', standardSchema: Health })
  @Problems('STORE_UNAVAILABLE')
  async ready(): Promise<Health> {
    await this.store.ping().catch((cause: unknown) => {
      throw new CodedError('STORE_UNAVAILABLE', 'The database does not answer; see TIDEMARK_DATABASE_URL.', [], {
        cause,
      });
    });
    return { status: 'ok' };
  }
}
