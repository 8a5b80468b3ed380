import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { AuditEntry } from '#libs/contract/audit.js';
import type { Store } from '#libs/store/port.js';
import { Instant } from '../instant.js';
import { Needs } from '../keys/access.js';
import { type Caller, Who } from '../keys/caller.js';
import { Problems } from '../problem/problems.decorator.js';
import { InjectStore } from '../tokens.js';

const ListAudit = z.strictObject({
  keyId: z.string().min(1).max(64).optional().describe('Only calls with this key'),
  from: Instant.optional().describe('At or after: ISO 8601 or epoch milliseconds'),
  to: Instant.optional().describe('Before: ISO 8601 or epoch milliseconds'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().min(1).max(1024).optional().describe('nextCursor of the page before'),
});
type ListAudit = z.infer<typeof ListAudit>;

const AuditPage = z
  .object({ items: z.array(AuditEntry).describe('Newest first'), nextCursor: z.string().nullable() })
  .meta({ id: 'AuditPage' });
type AuditPage = z.infer<typeof AuditPage>;

@ApiTags('audit')
@Controller('v1/audit')
@Needs('admin')
export class AuditController {
  constructor(@InjectStore() private readonly store: Store) {}

  @Get()
  @ApiOperation({
    operationId: 'listAudit',
    summary: 'Who changed what, when, with which key and result',
    description: 'Every call but those that only read, refused ones as well; kept for 400 days.',
  })
  @ApiOkResponse({ description: 'A page of the audit log', standardSchema: AuditPage })
  @Problems('FORBIDDEN', 'VALIDATION_FAILED')
  list(
    @Who() { projectId }: Caller,
    @Query({ schema: ListAudit }) { from, to, ...filter }: ListAudit,
  ): Promise<AuditPage> {
    return this.store.platform.audit.list(projectId, { ...filter, fromMs: from, toMs: to });
  }
}
