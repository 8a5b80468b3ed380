import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CodedError } from '#libs/contract/coded-error.js';
import { SqlArtifactStore } from './artifact-store.js';
import { Database } from './database.js';
import { SqlDatasetStore } from './dataset-store.js';
import { SqlUploadStore } from './upload-store.js';
import { SqlIntervalStore } from './interval-store.js';
import { SqlLogStore } from './log-store.js';
import { platformOf } from './platform/platform-store.js';
import type { Store } from './port.js';
import { SqlJobLeases } from './job-lease.js';
import { SqlScalerStore } from './scaler-store.js';
import { SqlRollUps } from './roll-up.js';
import { SqlParentStore } from './parent-store.js';
import { SqlRunCounts } from './run-counts.js';
import { SqlRunStore } from './run-store.js';
import { KEY_BYTES } from './secret.js';
import { SqlShardStore } from './shard-store.js';
import { Vault } from './vault.js';
import { SqlWatchdog } from './watchdog.js';

export interface StoreOptions {
  /** `sqlite:<path>`, `sqlite::memory:` or `postgres://user:password@host:port/database`. */
  url: string;
  /** 32 bytes. Beside a SQLite file one is made (`secret.key`, readable by its owner only) when absent. */
  secretKey?: Buffer | undefined;
  /** How long a shard's beat may stay without an answer before another connection is tried; for those who hold shards. */
  pulseMs?: number;
}

/** Opens and migrates the database. Throws CodedError STORE_UNAVAILABLE with one sentence. */
export async function openStore({ url, secretKey, pulseMs }: StoreOptions): Promise<Store> {
  const file = /^sqlite:(?!:memory:)(.+)$/.exec(url)?.[1];
  const key = secretKey ?? (file === undefined ? undefined : await keyBeside(file));
  const database = await Database.open(url, pulseMs);
  return storeOf(database, new Vault(key ?? (url === 'sqlite::memory:' ? randomBytes(KEY_BYTES) : undefined)));
}

/** The stores of an open database. */
export const storeOf = (database: Database, vault: Vault): Store => ({
  runs: new SqlRunStore(database, vault),
  parents: new SqlParentStore(database, vault),
  shards: new SqlShardStore(database),
  intervals: new SqlIntervalStore(database),
  log: new SqlLogStore(database),
  artifacts: new SqlArtifactStore(database),
  watchdog: new SqlWatchdog(database),
  nowMs: () => database.nowMs(),
  platform: platformOf(database, vault),
  datasets: new SqlDatasetStore(database, vault, new SqlUploadStore(database)),
  counts: new SqlRunCounts(database),
  rollUps: new SqlRollUps(database),
  jobLeases: new SqlJobLeases(database),
  scalers: new SqlScalerStore(database),
  ping: () => database.ping(),
  close: () => database.close(),
});

/** The key next to a SQLite file, made once; the first of several processes wins. */
async function keyBeside(file: string): Promise<Buffer> {
  const path = join(dirname(file), 'secret.key');
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(path, randomBytes(KEY_BYTES).toString('hex'), { flag: 'wx', mode: 0o600 }).catch(
      (error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      },
    );
    return Buffer.from((await readFile(path, 'utf8')).trim(), 'hex');
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new CodedError(
      'STORE_UNAVAILABLE',
      `could not write or read ${path}: ${cause}; check that the folder exists and can be written`,
      [],
      { cause: error },
    );
  }
}
