import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Which executor of a run resizes its target, until when, and how far it has come. */
export class ScalerStates1795345200000 implements MigrationInterface {
  name = 'ScalerStates1795345200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'scaler_states',
        columns: [
          { name: 'run_id', type: 'text', isPrimary: true },
          { name: 'holder', type: 'text' },
          { name: 'token', type: 'bigint' },
          { name: 'lease_until_ms', type: 'bigint' },
          { name: 'state', type: 'text', isNullable: true },
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('scaler_states');
  }
}
