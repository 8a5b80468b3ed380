import { TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';

/** The executors that a shard was taken from when they were lost, JSON; null for none. */
export class LostExecutors1795262400000 implements MigrationInterface {
  name = 'LostExecutors1795262400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('shards', new TableColumn({ name: 'lost_executors', type: 'text', isNullable: true }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('shards', 'lost_executors');
  }
}
