import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Which process does a job of which there must be one at a time. */
export class JobLeases1795269660000 implements MigrationInterface {
  name = 'JobLeases1795269660000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'job_leases',
        columns: [
          { name: 'name', type: 'text', isPrimary: true },
          { name: 'holder', type: 'text' },
          { name: 'until_ms', type: 'bigint' },
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('job_leases');
  }
}
