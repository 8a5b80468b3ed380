import { TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';

/** How a run is to end, as whoever ended its load has said, JSON; null while nobody has. */
export class RunEndings1795420000000 implements MigrationInterface {
  name = 'RunEndings1795420000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('runs', new TableColumn({ name: 'ending', type: 'text', isNullable: true }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('runs', 'ending');
  }
}
