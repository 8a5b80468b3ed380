import type { EntityManager, EntitySchema, ObjectLiteral } from 'typeorm';

/**
 * Inserts rows, and leaves alone those that are there already. Every value is a parameter: TypeORM's own builder writes
 * numbers into the text, so that each second's interval would be a statement of its own, prepared, kept and left to the
 * garbage collector.
 */
export async function insertRows<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntitySchema<Row>,
  rows: readonly Row[],
): Promise<void> {
  const { dataSource } = manager;
  const { driver } = dataSource;
  const metadata = dataSource.getMetadata(entity);
  const names = metadata.columns.map((column) => driver.escape(column.databaseName)).join(', ');
  const isSqlite = driver.options.type === 'better-sqlite3';
  // One statement for any number of rows where a call costs next to nothing; where it goes over a network, one call.
  for (const group of isSqlite ? rows.map((row) => [row]) : [rows]) {
    if (group.length === 0) continue;
    const values: unknown[] = [];
    const tuples = group.map((row) => {
      const places = metadata.columns.map((column) => {
        values.push(driver.preparePersistentValue(column.getEntityValue(row) ?? null, column));
        return driver.createParameter('', values.length - 1);
      });
      return `(${places.join(', ')})`;
    });
    await manager.query(
      `INSERT INTO ${driver.escape(metadata.tableName)} (${names}) VALUES ${tuples.join(', ')} ON CONFLICT DO NOTHING`,
      values,
    );
  }
}
