import { Table, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';

type Column = TableColumnOptions;
const text = (name: string): Column => ({ name, type: 'text' });
const int = (name: string): Column => ({ name, type: 'integer' });
const big = (name: string): Column => ({ name, type: 'bigint' });
const bool = (name: string): Column => ({ name, type: 'boolean' });
const maybe = (one: Column): Column => ({ ...one, isNullable: true });
const key = (one: Column): Column => ({ ...one, isPrimary: true });

/** Datasets, their files, and what is uploaded to them. */
export class Datasets1795269600000 implements MigrationInterface {
  name = 'Datasets1795269600000';

  async up(runner: QueryRunner): Promise<void> {
    const tables: { name: string; columns: Column[]; indices?: Record<string, string[]> }[] = [
      {
        name: 'datasets',
        columns: [
          key(text('id')),
          maybe(text('name')),
          text('source'),
          text('location'),
          maybe(text('secrets')),
          bool('header'),
          maybe(text('columns')),
          text('delimiter'),
          maybe(text('packing')),
          int('file_count'),
          big('bytes'),
          maybe(big('row_count')),
          maybe(big('broken_rows')),
          maybe(text('first_broken')),
          maybe(text('sizes')),
          maybe(text('checksum')),
          maybe(big('seed')),
          maybe(text('fingerprint')),
          big('created_at_ms'),
        ],
        indices: { datasets_created: ['created_at_ms', 'id'] },
      },
      {
        name: 'dataset_files',
        columns: [
          key(text('dataset_id')),
          key(text('name')),
          big('bytes'),
          big('modified_ms'),
          maybe(big('row_count')),
          maybe(big('broken_rows')),
          maybe(text('first_broken')),
          maybe(text('sizes')),
          maybe(text('sha256')),
          maybe(text('etag')),
        ],
      },
      {
        name: 'dataset_uploads',
        columns: [
          key(text('id')),
          text('dataset_id'),
          text('name'),
          big('bytes'),
          int('part_bytes'),
          maybe(text('sha256')),
          big('created_at_ms'),
        ],
        indices: { dataset_uploads_dataset: ['dataset_id'] },
      },
      {
        name: 'dataset_upload_parts',
        columns: [key(text('upload_id')), key(int('part_number')), int('bytes'), text('sha256')],
      },
    ];
    for (const { name, columns, indices = {} } of tables) {
      const named = Object.entries(indices).map(([index, columnNames]) => ({ name: index, columnNames }));
      await runner.createTable(new Table({ name, columns, indices: named }));
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['dataset_upload_parts', 'dataset_uploads', 'dataset_files', 'datasets'])
      await runner.dropTable(name);
  }
}
