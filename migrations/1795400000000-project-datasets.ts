import { TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const OWNED = ['datasets', 'dataset_uploads'] as const;
const INDEX = 'datasets_project';

/** Datasets and their uploads belong to a project, those from before to the first; the audit log tells who hung up. */
export class ProjectDatasets1795400000000 implements MigrationInterface {
  name = 'ProjectDatasets1795400000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of OWNED)
      await runner.addColumn(table, new TableColumn({ name: 'project_id', type: 'text', default: "'default'" }));
    await runner.createIndex('datasets', new TableIndex({ name: INDEX, columnNames: ['project_id', 'created_at_ms'] }));
    await runner.addColumn('audit_log', new TableColumn({ name: 'answered', type: 'boolean', isNullable: true }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('audit_log', 'answered');
    await runner.dropIndex('datasets', INDEX);
    for (const table of OWNED) await runner.dropColumn(table, 'project_id');
  }
}
