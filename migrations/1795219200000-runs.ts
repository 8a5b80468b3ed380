import { Table, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';

type Column = TableColumnOptions;
const column = (name: string, type: string, more: Partial<Column> = {}): Column => ({ name, type, ...more });
const text = (name: string): Column => column(name, 'text');
const int = (name: string): Column => column(name, 'integer');
const big = (name: string): Column => column(name, 'bigint');
const bool = (name: string): Column => column(name, 'boolean');
const real = (name: string): Column => column(name, 'double precision');
const maybe = (one: Column): Column => ({ ...one, isNullable: true });
const key = (one: Column): Column => ({ ...one, isPrimary: true });
const serial: Column = {
  name: 'id',
  type: 'integer',
  isPrimary: true,
  isGenerated: true,
  generationStrategy: 'increment',
};

/** Runs, their shards, histories, intervals, logs, and the executors. One set for SQLite and PostgreSQL. */
export class Runs1795219200000 implements MigrationInterface {
  name = 'Runs1795219200000';

  async up(runner: QueryRunner): Promise<void> {
    const blob = (name: string): Column =>
      column(name, runner.connection.options.type === 'postgres' ? 'bytea' : 'blob');
    const tables: { name: string; columns: Column[]; indices?: Record<string, string[]> }[] = [
      {
        name: 'runs',
        columns: [
          key(text('id')),
          text('kind'),
          maybe(text('name')),
          text('labels'),
          text('target'),
          maybe(text('secrets')),
          text('spec'),
          text('thresholds'),
          text('placement'),
          text('policies'),
          text('status'),
          big('status_since_ms'),
          maybe(text('summary')),
          maybe(text('problem')),
          maybe(bool('simulated')),
          bool('prepared'),
          maybe(big('start_at_ms')),
          maybe(big('cancel_at_ms')),
          maybe(text('cancel_actor')),
          maybe(text('cancel_reason')),
          big('mismatch_count'),
          maybe(text('rerun_of')),
          big('created_at_ms'),
          maybe(big('ended_at_ms')),
        ],
        indices: { runs_status: ['status', 'created_at_ms'], runs_created: ['created_at_ms', 'id'] },
      },
      {
        name: 'shards',
        columns: [
          key(text('run_id')),
          key(int('shard_index')),
          text('lanes'),
          text('state'),
          maybe(text('executor_id')),
          big('token'),
          big('lease_until_ms'),
          maybe(big('started_at_ms')),
          big('completed'),
        ],
      },
      {
        name: 'status_history',
        columns: [
          serial,
          text('run_id'),
          big('at_ms'),
          maybe(text('from_status')),
          text('to_status'),
          text('actor'),
          text('reason'),
        ],
        indices: { status_history_run: ['run_id', 'id'] },
      },
      {
        name: 'run_labels',
        columns: [key(text('run_id')), key(text('name')), text('value')],
        indices: { run_labels_name: ['name', 'value'] },
      },
      {
        name: 'target_locks',
        columns: [key(text('run_id')), key(text('endpoint')), bool('shared')],
        indices: { target_locks_endpoint: ['endpoint'] },
      },
      {
        name: 'intervals',
        columns: [
          key(text('run_id')),
          key(int('shard_index')),
          key(int('interval_index')),
          key(text('operation')),
          text('counters'),
          blob('st'),
          maybe(blob('rt')),
          maybe(blob('wt')),
          maybe(blob('failed_st')),
        ],
      },
      {
        name: 'interval_self',
        columns: [
          key(text('run_id')),
          key(int('shard_index')),
          key(int('interval_index')),
          text('executor_id'),
          big('start_ms'),
          real('length_ms'),
          bool('partial'),
          text('self'),
        ],
      },
      {
        name: 'run_log',
        columns: [serial, text('run_id'), big('at_ms'), text('level'), text('source'), text('message')],
        indices: { run_log_run: ['run_id', 'id'] },
      },
      {
        name: 'mismatches',
        columns: [serial, text('run_id'), text('row_key'), text('column_name'), text('expected'), maybe(text('found'))],
        indices: { mismatches_run: ['run_id', 'id'] },
      },
      {
        name: 'executors',
        columns: [
          key(text('id')),
          text('labels'),
          text('hostname'),
          int('pid'),
          int('cores'),
          big('alive_at_ms'),
          maybe(text('run_id')),
        ],
      },
      {
        name: 'idempotency_keys',
        columns: [key(text('idempotency_key')), text('body_hash'), text('run_id'), big('created_at_ms')],
      },
    ];
    for (const { name, columns, indices = {} } of tables) {
      const named = Object.entries(indices).map(([index, columnNames]) => ({ name: index, columnNames }));
      await runner.createTable(new Table({ name, columns, indices: named }));
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    const names = [
      'idempotency_keys',
      'executors',
      'mismatches',
      'run_log',
      'interval_self',
      'intervals',
      'target_locks',
      'run_labels',
      'status_history',
      'shards',
      'runs',
    ];
    for (const name of names) await runner.dropTable(name);
  }
}
