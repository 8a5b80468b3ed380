import { TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';

/** What a shard made or found, for kinds that report it. */
export class ShardReports1795248000000 implements MigrationInterface {
  name = 'ShardReports1795248000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('shards', new TableColumn({ name: 'report', type: 'text', isNullable: true }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('shards', 'report');
  }
}
