import { TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';

const COLUMNS = [
  // Which request a run came from: correlation id and trace context.
  { name: 'origin', type: 'text', isNullable: true },
  // How long the run's stored intervals are at least, once they were rolled up.
  { name: 'rolled_up_ms', type: 'integer', isNullable: true },
];

/** Where a run came from, and how far its intervals are rolled up. */
export class RunOrigins1795266123000 implements MigrationInterface {
  name = 'RunOrigins1795266123000';

  async up(runner: QueryRunner): Promise<void> {
    for (const column of COLUMNS) await runner.addColumn('runs', new TableColumn(column));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { name } of COLUMNS) await runner.dropColumn('runs', name);
  }
}
