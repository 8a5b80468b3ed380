import { TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Which process an executor's row is of: in containers one that was killed comes back with the same id. */
export class Incarnations1795440000000 implements MigrationInterface {
  name = 'Incarnations1795440000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('executors', new TableColumn({ name: 'incarnation', type: 'text', isNullable: true }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('executors', 'incarnation');
  }
}
