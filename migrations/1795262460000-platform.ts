import {
  Table,
  TableColumn,
  TableIndex,
  type MigrationInterface,
  type QueryRunner,
  type TableColumnOptions,
} from 'typeorm';

type Column = TableColumnOptions;
const column = (name: string, type: string): Column => ({ name, type });
const text = (name: string): Column => column(name, 'text');
const int = (name: string): Column => column(name, 'integer');
const big = (name: string): Column => column(name, 'bigint');
const bool = (name: string): Column => column(name, 'boolean');
const maybe = (one: Column): Column => ({ ...one, isNullable: true });
const key = (one: Column): Column => ({ ...one, isPrimary: true });
const serial: Column = { ...key(int('id')), isGenerated: true, generationStrategy: 'increment' };

interface TableOf {
  name: string;
  columns: Column[];
  indices?: Record<string, string[]>;
  unique?: Record<string, string[]>;
}

const TABLES: TableOf[] = [
  {
    name: 'api_keys',
    columns: [
      key(text('id')),
      maybe(text('project_id')),
      text('name'),
      text('role'),
      text('hash'),
      text('created_by'),
      big('created_at_ms'),
      maybe(big('last_used_at_ms')),
      maybe(big('expires_at_ms')),
      maybe(big('revoked_at_ms')),
    ],
  },
  {
    name: 'projects',
    columns: [
      key(text('id')),
      text('name'),
      text('quotas'),
      big('turn'),
      int('version'),
      big('created_at_ms'),
      big('updated_at_ms'),
    ],
  },
  {
    name: 'creations',
    columns: [
      key(text('scope')),
      key(text('idempotency_key')),
      text('body_hash'),
      text('resource_id'),
      big('created_at_ms'),
    ],
    indices: { creations_age: ['created_at_ms'], creations_resource: ['resource_id'] },
  },
  {
    name: 'audit_log',
    columns: [
      serial,
      big('at_ms'),
      text('actor'),
      maybe(text('key_id')),
      maybe(text('project_id')),
      text('method'),
      text('route'),
      text('path'),
      int('status'),
      maybe(text('location')),
      text('correlation_id'),
    ],
    indices: { audit_log_project: ['project_id', 'id'] },
  },
  {
    name: 'benchmarks',
    columns: [
      key(text('id')),
      text('project_id'),
      text('name'),
      text('description'),
      int('version'),
      big('created_at_ms'),
      big('updated_at_ms'),
    ],
    unique: { benchmarks_name: ['project_id', 'name'] },
  },
  {
    name: 'benchmark_versions',
    columns: [
      key(text('benchmark_id')),
      key(int('version')),
      text('definition'),
      maybe(text('sealed')),
      text('note'),
      text('actor'),
      big('created_at_ms'),
    ],
  },
  {
    name: 'schedules',
    columns: [
      key(text('id')),
      text('project_id'),
      text('name'),
      text('cron'),
      text('time_zone'),
      bool('paused'),
      maybe(text('benchmark_id')),
      maybe(int('benchmark_version')),
      maybe(text('overrides')),
      maybe(text('definition')),
      maybe(text('sealed')),
      text('overlap'),
      text('missed'),
      big('late_after_ms'),
      maybe(big('next_due_at_ms')),
      text('created_by'),
      int('version'),
      big('created_at_ms'),
      big('updated_at_ms'),
    ],
    indices: { schedules_due: ['next_due_at_ms'], schedules_project: ['project_id', 'created_at_ms'] },
  },
  {
    name: 'fires',
    columns: [
      key(text('schedule_id')),
      key(big('due_at_ms')),
      text('state'),
      maybe(text('run_id')),
      text('reason'),
      big('at_ms'),
      big('lease_until_ms'),
    ],
    indices: { fires_state: ['state'] },
  },
  {
    name: 'webhooks',
    columns: [
      key(text('id')),
      text('project_id'),
      text('name'),
      text('url'),
      text('events'),
      maybe(text('run_id')),
      maybe(text('schedule_id')),
      text('secret'),
      bool('active'),
      big('after_history_id'),
      int('version'),
      big('created_at_ms'),
      big('updated_at_ms'),
    ],
    indices: { webhooks_project: ['project_id', 'created_at_ms'] },
  },
  {
    name: 'deliveries',
    columns: [
      key(text('id')),
      text('webhook_id'),
      text('run_id'),
      big('history_id'),
      text('event'),
      int('repeat_number'),
      maybe(text('payload')),
      text('state'),
      int('attempts'),
      big('next_attempt_at_ms'),
      big('lease_until_ms'),
      big('created_at_ms'),
      maybe(big('delivered_at_ms')),
    ],
    indices: { deliveries_due: ['state', 'next_attempt_at_ms'] },
    unique: { deliveries_once: ['webhook_id', 'history_id', 'event', 'repeat_number'] },
  },
  {
    name: 'delivery_attempts',
    columns: [
      serial,
      text('delivery_id'),
      big('at_ms'),
      maybe(int('status')),
      int('latency_ms'),
      text('excerpt'),
      maybe(text('error')),
    ],
    indices: { delivery_attempts_delivery: ['delivery_id', 'id'] },
  },
  { name: 'cursors', columns: [key(text('name')), big('position')] },
];

const RUN_COLUMNS: Column[] = [
  { ...text('project_id'), default: "'default'" },
  maybe(text('benchmark_id')),
  maybe(int('benchmark_version')),
  maybe(text('schedule_id')),
];
const RUN_INDICES = { runs_project: ['project_id', 'created_at_ms'], runs_schedule: ['schedule_id'] };

/** Keys, projects, benchmarks, schedules, webhooks; every run belongs to a project, those from before to the first. */
export class Platform1795262460000 implements MigrationInterface {
  name = 'Platform1795262460000';

  async up(runner: QueryRunner): Promise<void> {
    for (const { name, columns, indices = {}, unique = {} } of TABLES) {
      const named = [
        ...Object.entries(indices).map(([index, columnNames]) => ({ name: index, columnNames })),
        ...Object.entries(unique).map(([index, columnNames]) => ({ name: index, columnNames, isUnique: true })),
      ];
      await runner.createTable(new Table({ name, columns, indices: named }));
    }
    await runner.query(
      `INSERT INTO projects (id, name, quotas, turn, version, created_at_ms, updated_at_ms)
       VALUES ('default', 'Default', '{}', 0, 1, 0, 0)`,
    );
    await runner.addColumns(
      'runs',
      RUN_COLUMNS.map((one) => new TableColumn(one)),
    );
    for (const [name, columnNames] of Object.entries(RUN_INDICES))
      await runner.createIndex('runs', new TableIndex({ name, columnNames }));
    // What it kept lasts a day; `creations` has the same for everything that can be created.
    await runner.dropTable('idempotency_keys');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'idempotency_keys',
        columns: [key(text('idempotency_key')), text('body_hash'), text('run_id'), big('created_at_ms')],
      }),
    );
    for (const name of Object.keys(RUN_INDICES)) await runner.dropIndex('runs', name);
    for (const { name } of RUN_COLUMNS) await runner.dropColumn('runs', name);
    for (const { name } of TABLES.toReversed()) await runner.dropTable(name);
  }
}
