import { rmSync } from 'node:fs';
import Sqlite from 'better-sqlite3';

/**
 * A lock that ends with its process, however that ends, and holds between containers that share a folder: their process ids
 * say nothing of each other. Node has no lock of its own, SQLite has one on every system.
 */
export class FileLock {
  private constructor(
    private readonly path: string,
    private readonly database: Sqlite.Database,
  ) {}

  /** Makes the file `path`; undefined while another holder has it. Throws what the file system throws. */
  static take(path: string): FileLock | undefined {
    const database = new Sqlite(path, { timeout: 0 });
    try {
      database.exec('BEGIN EXCLUSIVE');
      return new FileLock(path, database);
    } catch (error) {
      database.close();
      if (error instanceof Sqlite.SqliteError && error.code === 'SQLITE_BUSY') return undefined;
      throw error;
    }
  }

  /** Removes the file. */
  release(): void {
    // Removed while it is held: whoever takes it later makes a new one.
    rmSync(this.path, { force: true });
    this.database.close();
  }
}
