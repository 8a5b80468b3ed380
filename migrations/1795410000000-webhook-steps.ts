import { TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const INDEX = 'deliveries_run';

/** Whether a webhook hears of steps and probes as well; and deliveries are found by their run, to go with it. */
export class WebhookSteps1795410000000 implements MigrationInterface {
  name = 'WebhookSteps1795410000000';

  async up(runner: QueryRunner): Promise<void> {
    // Each database has its own word for it, and would miss the other's among the entities.
    const off = runner.dataSource.options.type === 'postgres' ? 'false' : '0';
    await runner.addColumn('webhooks', new TableColumn({ name: 'steps', type: 'boolean', default: off }));
    await runner.createIndex('deliveries', new TableIndex({ name: INDEX, columnNames: ['run_id'] }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('deliveries', INDEX);
    await runner.dropColumn('webhooks', 'steps');
  }
}
