import type { Database } from '../database.js';
import { SqlAuditStore } from './audit-store.js';
import { SqlKeyStore } from './key-store.js';
import type { PlatformStore } from './port.js';
import { SqlProjectStore } from './project-store.js';

/** What belongs to people and their teams, in an open database. */
export const platformOf = (database: Database): PlatformStore => ({
  keys: new SqlKeyStore(database),
  projects: new SqlProjectStore(database),
  audit: new SqlAuditStore(database),
});
