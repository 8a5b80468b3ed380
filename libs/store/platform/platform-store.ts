import type { Database } from '../database.js';
import type { Vault } from '../vault.js';
import { SqlAuditStore } from './audit-store.js';
import { SqlBenchmarkStore } from './benchmark-store.js';
import { SqlCreationStore } from './creation.js';
import { SqlDeliveryStore } from './delivery-store.js';
import { SqlKeyStore } from './key-store.js';
import type { PlatformStore } from './port.js';
import { SqlProjectStore } from './project-store.js';
import { SqlScheduleStore } from './schedule-store.js';
import { SqlWebhookStore } from './webhook-store.js';

/** What belongs to people and their teams, in an open database. */
export const platformOf = (database: Database, vault: Vault): PlatformStore => ({
  creations: new SqlCreationStore(database),
  keys: new SqlKeyStore(database),
  projects: new SqlProjectStore(database),
  audit: new SqlAuditStore(database),
  benchmarks: new SqlBenchmarkStore(database, vault),
  schedules: new SqlScheduleStore(database, vault),
  webhooks: new SqlWebhookStore(database, vault),
  deliveries: new SqlDeliveryStore(database, vault),
});
