import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { CreatedWebhook, CreateWebhook, Delivery, Webhook } from '#libs/contract/webhook.js';
import { answerVersion, IF_MATCH, IfMatch, readIfMatch } from '../http/etag.js';
import { answerMade, IDEMPOTENCY_KEY, IdempotencyKey } from '../http/idempotency.js';
import { type Caller, Who } from '../keys/caller.js';
import { PageQuery, PathId } from '../page-query.js';
import { Problems } from '../problem/problems.decorator.js';
import { Webhooks } from './webhooks.service.js';

const WebhookPage = z
  .object({ items: z.array(Webhook).describe('Newest first'), nextCursor: z.string().nullable() })
  .meta({ id: 'WebhookPage' });
type WebhookPage = z.infer<typeof WebhookPage>;

const DeliveryPage = z
  .object({ items: z.array(Delivery).describe('Newest first'), nextCursor: z.string().nullable() })
  .meta({ id: 'DeliveryPage' });
type DeliveryPage = z.infer<typeof DeliveryPage>;

const ListDeliveries = PageQuery.extend({ runId: z.string().min(1).max(64).optional() });
type ListDeliveries = z.infer<typeof ListDeliveries>;

const DeliveryPath = PathId.extend({ deliveryId: z.string().min(1).max(64) });
type DeliveryPath = z.infer<typeof DeliveryPath>;

@ApiTags('webhooks')
@Controller('v1/webhooks')
export class WebhooksController {
  constructor(private readonly webhooks: Webhooks) {}

  @Post()
  @ApiOperation({
    operationId: 'createWebhook',
    summary: 'Have a URL told of the ends of runs, or of every change of their status',
    description:
      'Deliveries are signed: `Tidemark-Signature: t=<seconds>,v1=<HMAC-SHA256 of "<t>.<body>" with the secret>`. Any answer but 200 to 299 is tried again.',
  })
  @IdempotencyKey()
  @ApiCreatedResponse({ description: 'The webhook; its secret when one was made', standardSchema: CreatedWebhook })
  @Problems('VALIDATION_FAILED', 'IDEMPOTENCY_KEY_REUSED')
  async create(
    @Who() caller: Caller,
    @Body({ schema: CreateWebhook }) body: CreateWebhook,
    @Headers(IDEMPOTENCY_KEY) key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CreatedWebhook> {
    const { item, replayed } = await this.webhooks.create(caller, body, key);
    answerMade(response, `/v1/webhooks/${item.id}`, replayed);
    return answerVersion(response, item);
  }

  @Get()
  @ApiOperation({ operationId: 'listWebhooks', summary: 'List webhooks' })
  @ApiOkResponse({ description: 'A page of webhooks, without their secrets', standardSchema: WebhookPage })
  @Problems('VALIDATION_FAILED')
  list(@Who() caller: Caller, @Query({ schema: PageQuery }) query: PageQuery): Promise<WebhookPage> {
    return this.webhooks.list(caller, query);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getWebhook', summary: 'One webhook' })
  @ApiOkResponse({ description: 'The webhook', standardSchema: Webhook })
  @Problems('NOT_FOUND')
  async get(
    @Who() caller: Caller,
    @Param({ schema: PathId }) { id }: PathId,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Webhook> {
    return answerVersion(response, await this.webhooks.get(caller, id));
  }

  @Put(':id')
  @ApiOperation({ operationId: 'replaceWebhook', summary: 'Change a webhook; without a secret it keeps its own' })
  @IfMatch()
  @ApiOkResponse({ description: 'The webhook as it is now', standardSchema: Webhook })
  @Problems('VALIDATION_FAILED', 'NOT_FOUND', 'PRECONDITION_FAILED', 'PRECONDITION_REQUIRED')
  async replace(
    @Who() caller: Caller,
    @Param({ schema: PathId }) { id }: PathId,
    @Body({ schema: CreateWebhook }) body: CreateWebhook,
    @Headers(IF_MATCH) ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Webhook> {
    return answerVersion(response, await this.webhooks.replace(caller, id, readIfMatch(ifMatch), body));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteWebhook', summary: 'Delete a webhook and its delivery log' })
  @ApiNoContentResponse({ description: 'Deleted' })
  @Problems('NOT_FOUND')
  delete(@Who() caller: Caller, @Param({ schema: PathId }) { id }: PathId): Promise<void> {
    return this.webhooks.delete(caller, id);
  }

  @Get(':id/deliveries')
  @ApiOperation({ operationId: 'listDeliveries', summary: 'The delivery log: every try, its status and answer' })
  @ApiOkResponse({ description: 'A page of deliveries', standardSchema: DeliveryPage })
  @Problems('NOT_FOUND', 'VALIDATION_FAILED')
  deliveries(
    @Who() caller: Caller,
    @Param({ schema: PathId }) { id }: PathId,
    @Query({ schema: ListDeliveries }) query: ListDeliveries,
  ): Promise<DeliveryPage> {
    return this.webhooks.deliveries(caller, id, query);
  }

  @Get(':id/deliveries/:deliveryId')
  @ApiOperation({ operationId: 'getDelivery', summary: 'One delivery' })
  @ApiOkResponse({ description: 'The delivery', standardSchema: Delivery })
  @Problems('NOT_FOUND')
  delivery(
    @Who() caller: Caller,
    @Param({ schema: DeliveryPath }) { id, deliveryId }: DeliveryPath,
  ): Promise<Delivery> {
    return this.webhooks.delivery(caller, id, deliveryId);
  }

  @Post(':id/deliveries/:deliveryId/redeliver')
  @ApiOperation({ operationId: 'redeliver', summary: 'Send the same payload again' })
  @IdempotencyKey()
  @ApiCreatedResponse({ description: 'The new delivery', standardSchema: Delivery })
  @Problems('NOT_FOUND', 'IDEMPOTENCY_KEY_REUSED')
  async redeliver(
    @Who() caller: Caller,
    @Param({ schema: DeliveryPath }) { id, deliveryId }: DeliveryPath,
    @Headers(IDEMPOTENCY_KEY) key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Delivery> {
    const { item, replayed } = await this.webhooks.redeliver(caller, id, deliveryId, key);
    answerMade(response, `/v1/webhooks/${id}/deliveries/${item.id}`, replayed);
    return item;
  }
}
