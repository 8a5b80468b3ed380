import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { ApiKey, CreateApiKey, CreatedApiKey } from '#libs/contract/api-key.js';
import { answerMade, IDEMPOTENCY_KEY, IdempotencyKey } from '../http/idempotency.js';
import { Problems } from '../problem/problems.decorator.js';
import { Needs } from './access.js';
import { type Caller, Who } from './caller.js';
import { Keys } from './keys.service.js';

const KeyId = z.object({ id: z.string().min(1).max(64) });
type KeyId = z.infer<typeof KeyId>;

const ApiKeys = z.object({ items: z.array(ApiKey).describe('Newest first, revoked ones too') }).meta({ id: 'ApiKeys' });
type ApiKeys = z.infer<typeof ApiKeys>;

@ApiTags('api-keys')
@Controller('v1/api-keys')
@Needs('admin')
export class KeysController {
  constructor(private readonly keys: Keys) {}

  @Post()
  @ApiOperation({
    operationId: 'createApiKey',
    summary: 'Make an API key',
    description:
      'The key is in this answer only: its hash is stored. From the first key on, every call needs one. A repeated call answers the same key without its text.',
  })
  @IdempotencyKey()
  @ApiCreatedResponse({ description: 'The key, shown this once', standardSchema: CreatedApiKey })
  @Problems('VALIDATION_FAILED', 'FORBIDDEN', 'NOT_FOUND', 'CONFLICT', 'IDEMPOTENCY_KEY_REUSED')
  async create(
    @Who() caller: Caller,
    @Body({ schema: CreateApiKey }) body: CreateApiKey,
    @Headers(IDEMPOTENCY_KEY) key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CreatedApiKey> {
    const made = await this.keys.create(caller, body, key);
    answerMade(response, `/v1/api-keys/${made.id}`, made.key === null);
    return made;
  }

  @Get()
  @ApiOperation({ operationId: 'listApiKeys', summary: 'List API keys' })
  @ApiOkResponse({ description: 'The keys, without their texts', standardSchema: ApiKeys })
  @Problems('FORBIDDEN')
  async list(@Who() caller: Caller): Promise<ApiKeys> {
    return { items: await this.keys.list(caller) };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'revokeApiKey', summary: 'Revoke an API key', description: 'It stays in the list.' })
  @ApiNoContentResponse({ description: 'Revoked, at once and for good' })
  @Problems('FORBIDDEN', 'NOT_FOUND')
  revoke(@Who() caller: Caller, @Param({ schema: KeyId }) { id }: KeyId): Promise<void> {
    return this.keys.revoke(caller, id);
  }
}
