import { TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const OWNED = ['datasets', 'dataset_uploads'] as const;
const INDEX = 'datasets_project';

/** Datasets and their uploads belong to a project, those from before to the first. */
export class ProjectDatasets1795400000000 implements MigrationInterface {
  name = 'ProjectDatasets1795400000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of OWNED)
      await runner.addColumn(table, new TableColumn({ name: 'project_id', type: 'text', default: "'default'" }));
    await runner.createIndex('datasets', new TableIndex({ name: INDEX, columnNames: ['project_id', 'created_at_ms'] }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('datasets', INDEX);
    for (const table of OWNED) await runner.dropColumn(table, 'project_id');
  }
}
