import { DataSource, type EntityManager } from 'typeorm';
import { CodedError } from '#libs/contract/coded-error.js';
import { Runs1795219200000 } from '#migrations/1795219200000-runs.js';
import { ShardReports1795248000000 } from '#migrations/1795248000000-shard-reports.js';
import { ManyExecutors1795258800000 } from '#migrations/1795258800000-many-executors.js';
import { RunParents1795336200000 } from '#migrations/1795336200000-run-parents.js';
import { LostExecutors1795262400000 } from '#migrations/1795262400000-lost-executors.js';
import { Platform1795262460000 } from '#migrations/1795262460000-platform.js';
import { RunOrigins1795266123000 } from '#migrations/1795266123000-run-origins.js';
import { JobLeases1795269660000 } from '#migrations/1795269660000-job-leases.js';
import { Datasets1795269600000 } from '#migrations/1795269600000-datasets.js';
import { Artifacts1795271000000 } from '#migrations/1795271000000-artifacts.js';
import { ScalerStates1795345200000 } from '#migrations/1795345200000-scaler-states.js';
import { Incarnations1795440000000 } from '#migrations/1795440000000-incarnations.js';
import { postgresConnection, sqliteConnection } from './connection.js';
import { IntervalTokens1795430000000 } from '#migrations/1795430000000-interval-tokens.js';
import { ProjectDatasets1795400000000 } from '#migrations/1795400000000-project-datasets.js';
import { WebhookSteps1795410000000 } from '#migrations/1795410000000-webhook-steps.js';
import { RunEndings1795420000000 } from '#migrations/1795420000000-run-endings.js';
import { entitiesOf, type Dialect, type Entities } from './entities.js';

const MIGRATIONS = [
  Runs1795219200000,
  ShardReports1795248000000,
  ManyExecutors1795258800000,
  LostExecutors1795262400000,
  Platform1795262460000,
  RunOrigins1795266123000,
  JobLeases1795269660000,
  Datasets1795269600000,
  Artifacts1795271000000,
  RunParents1795336200000,
  ScalerStates1795345200000,
  Incarnations1795440000000,
  IntervalTokens1795430000000,
  ProjectDatasets1795400000000,
  WebhookSteps1795410000000,
  RunEndings1795420000000,
];
/** A server that is silent for so long in the middle of a query is taken as gone. */
const ANSWER_MS = 20_000;
/** Any constant: one advisory lock makes PostgreSQL's control transactions one after another, as SQLite's are. */
const CONTROL_LOCK = 848_001;
const MIGRATION_LOCK = 848_002;

/**
 * One open database. Control transactions (claims, transitions) run one after another over all processes; intervals and
 * logs have transactions of their own that wait for nobody in PostgreSQL.
 */
export class Database {
  readonly entities: Entities;
  private tail: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly source: DataSource,
    private readonly pulse: DataSource,
    readonly dialect: Dialect,
    entities: Entities,
  ) {
    this.entities = entities;
  }

  /**
   * `sqlite:<path>`, `sqlite::memory:` or `postgres://…`; migrated. `pulseMs`: how long a transaction of `beats` may stay
   * without an answer. Throws CodedError STORE_UNAVAILABLE.
   */
  static async open(url: string, pulseMs?: number): Promise<Database> {
    const dialect: Dialect = url.startsWith('sqlite:') ? 'sqlite' : 'postgres';
    const entities = entitiesOf(dialect);
    const shared = {
      entities: Object.values(entities),
      migrations: MIGRATIONS,
      migrationsTransactionMode: 'all' as const,
    };
    const source = new DataSource(
      dialect === 'sqlite'
        ? { ...sqliteConnection(url), ...shared }
        : { ...postgresConnection(url, ANSWER_MS), ...shared },
    );
    const pulse =
      dialect === 'postgres' && pulseMs !== undefined
        ? new DataSource({ ...postgresConnection(url, pulseMs), ...shared, poolSize: 1 })
        : source;
    try {
      await source.initialize();
      const database = new Database(source, pulse, dialect, entities);
      await database.migrate();
      if (pulse !== source) await pulse.initialize();
      return database;
    } catch (error) {
      for (const each of [source, pulse]) if (each.isInitialized) await each.destroy().catch(() => undefined);
      throw openProblem(url, error);
    }
  }

  get manager(): EntityManager {
    return this.source.manager;
  }

  /** One transaction that excludes every other control transaction, in this and other processes. */
  control<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.transaction(work, true);
  }

  /** One transaction for rows that only their owner writes. */
  append<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.transaction(work, false);
  }

  /**
   * As `append`, on a connection of its own that is given up soon: one that the network has swallowed must not cost a lease
   * while a new one would be answered.
   */
  beats<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.pulse === this.source ? this.append(work) : this.pulse.transaction(work);
  }

  /** What the tables lack or have too much of, compared with the entities: SQL that would be run; empty when none. */
  async schemaDifference(): Promise<string[]> {
    const log = await this.source.driver.createSchemaBuilder().log();
    return log.upQueries.map(({ query }) => query);
  }

  /** Epoch milliseconds by the database's clock, with a fraction. */
  async nowMs(): Promise<number> {
    const [row]: { now: number }[] = await this.source.query(NOW_SQL[this.dialect]);
    if (row === undefined) throw new Error('the database did not tell the time');
    return row.now;
  }

  async ping(): Promise<void> {
    await this.source.query('SELECT 1');
  }

  async close(): Promise<void> {
    await this.tail.catch(() => undefined);
    await this.source.destroy();
    if (this.pulse !== this.source) await this.pulse.destroy();
  }

  private transaction<T>(work: (manager: EntityManager) => Promise<T>, exclusive: boolean): Promise<T> {
    if (this.dialect === 'postgres') {
      return this.source.transaction(async (manager) => {
        if (exclusive) await manager.query('SELECT pg_advisory_xact_lock($1)', [CONTROL_LOCK]);
        return work(manager);
      });
    }
    // SQLite has one connection: transactions of this process queue here, those of others wait for the file's lock.
    const result = this.tail.then(() => this.immediate(work));
    this.tail = result.catch(() => undefined);
    return result;
  }

  private async immediate<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    // A deferred transaction could lose its snapshot to another process and fail; an immediate one waits first.
    await this.source.query('BEGIN IMMEDIATE');
    try {
      const result = await work(this.source.manager);
      await this.source.query('COMMIT');
      return result;
    } catch (error) {
      await this.source.query('ROLLBACK');
      throw error;
    }
  }

  private async migrate(): Promise<void> {
    // Several processes may open at once: the first migrates, the rest find nothing to do.
    if (this.dialect === 'postgres') {
      const runner = this.source.createQueryRunner();
      try {
        await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
        await this.source.runMigrations();
      } finally {
        await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
        await runner.release();
      }
      return;
    }
    for (let tries = 0; ; tries++) {
      try {
        await this.source.runMigrations();
        return;
      } catch (error) {
        if (tries >= MIGRATION_TRIES || !/already exists|locked|UNIQUE/i.test(String(error))) throw error;
        await new Promise((resolve) => setTimeout(resolve, MIGRATION_PAUSE_MS));
      }
    }
  }
}

const NOW_SQL: { [D in Dialect]: string } = {
  sqlite: `SELECT unixepoch('subsec') * 1000 AS now`,
  postgres: 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now',
};

const MIGRATION_TRIES = 20;
const MIGRATION_PAUSE_MS = 100;

const HINTS: readonly [RegExp, string][] = [
  [/not a database|malformed/i, 'the file is not a SQLite database or is damaged: restore it, or name another file'],
  [/locked|busy/i, 'another process holds it locked: stop that process, or name another file'],
  [/readonly|read-only|EACCES|permission/i, 'it cannot be written: check the permissions of the file and its folder'],
  [
    /unable to open|ENOENT|does not exist|directory/i,
    'it cannot be opened: check that its folder exists and can be written',
  ],
  [/password|authentication|role/i, 'the login was refused: check user and password in TIDEMARK_DATABASE_URL'],
  [
    /ECONNREFUSED|timeout|ENOTFOUND|terminated/i,
    'the server cannot be reached: check that it runs and that TIDEMARK_DATABASE_URL names it',
  ],
];

/** One sentence, without the URL's password. */
function openProblem(url: string, error: unknown): CodedError {
  const cause =
    error instanceof Error ? error.message || ('code' in error ? String(error.code) : error.name) : String(error);
  const place = url.replace(/\/\/[^@/]*@/, '//…@');
  const hint = HINTS.find(([pattern]) => pattern.test(cause))?.[1];
  return new CodedError('STORE_UNAVAILABLE', `could not open the database ${place}: ${hint ?? cause} (${cause})`, [], {
    cause: error,
  });
}
