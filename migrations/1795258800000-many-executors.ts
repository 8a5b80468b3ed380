import { TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';

const COLUMNS: readonly [table: string, column: TableColumn][] = [
  ['shards', new TableColumn({ name: 'executor_labels', type: 'text', isNullable: true })],
  ['shards', new TableColumn({ name: 'lost_token', type: 'bigint', isNullable: true })],
  ['executors', new TableColumn({ name: 'draining', type: 'boolean', isNullable: true })],
  ['executors', new TableColumn({ name: 'clock_offset_ms', type: 'double precision', isNullable: true })],
];

/** Where a shard ran, whose late result may still count, executors that take nothing more, and clocks that are off. */
export class ManyExecutors1795258800000 implements MigrationInterface {
  name = 'ManyExecutors1795258800000';

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, column] of COLUMNS) await runner.addColumn(table, column);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table, column] of COLUMNS.toReversed()) await runner.dropColumn(table, column.name);
  }
}
