import { TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';

const TOKEN = { name: 'token', type: 'bigint', isPrimary: true, default: 0 };

/**
 * Under which claim a row was written, as a part of its key, so that two executors may tell of one interval of a part; and
 * the region of who measured it, which its successor's labels do not say. Older rows have 0 and null.
 */
export class IntervalTokens1795430000000 implements MigrationInterface {
  name = 'IntervalTokens1795430000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('intervals', new TableColumn(TOKEN));
    await runner.addColumns('interval_self', [
      new TableColumn(TOKEN),
      new TableColumn({ name: 'region', type: 'text', isNullable: true }),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumns('interval_self', ['region', 'token']);
    await runner.dropColumn('intervals', 'token');
  }
}
