import { TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const COLUMNS = ['parent_id', 'root_id', 'step'] as const;
const INDEX = 'runs_parent';

/** Runs that consist of other runs: which one a run belongs to, the outermost one, and which step or probe it is. */
export class RunParents1795336200000 implements MigrationInterface {
  name = 'RunParents1795336200000';

  async up(runner: QueryRunner): Promise<void> {
    for (const name of COLUMNS)
      await runner.addColumn('runs', new TableColumn({ name, type: 'text', isNullable: true }));
    // A step is started once, however often it is tried.
    await runner.createIndex(
      'runs',
      new TableIndex({ name: INDEX, columnNames: ['parent_id', 'step'], isUnique: true }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('runs', INDEX);
    for (const name of COLUMNS.toReversed()) await runner.dropColumn('runs', name);
  }
}
