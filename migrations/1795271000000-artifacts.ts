import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Files that runs leave, in parts, and what happened while they were on. */
export class Artifacts1795271000000 implements MigrationInterface {
  name = 'Artifacts1795271000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'artifact_parts',
        columns: [
          { name: 'run_id', type: 'text', isPrimary: true },
          { name: 'name', type: 'text', isPrimary: true },
          { name: 'part_index', type: 'integer', isPrimary: true },
          { name: 'media_type', type: 'text' },
          { name: 'at_ms', type: 'bigint' },
          { name: 'byte_count', type: 'integer' },
          { name: 'body', type: 'text' },
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'annotations',
        columns: [
          { name: 'id', type: 'integer', isPrimary: true, isGenerated: true, generationStrategy: 'increment' },
          { name: 'run_id', type: 'text' },
          { name: 'at_ms', type: 'bigint' },
          { name: 'label', type: 'text' },
          { name: 'source', type: 'text' },
        ],
        indices: [{ name: 'annotations_run', columnNames: ['run_id', 'id'] }],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('annotations');
    await runner.dropTable('artifact_parts');
  }
}
