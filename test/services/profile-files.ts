import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Witness } from './cassandra.js';

/** User profiles in files, each of a keyspace of its own on a real Cassandra; files and keyspaces go at the end. */
export class ProfileFiles {
  private constructor(
    readonly witness: Witness,
    private readonly folder: string,
    private readonly yamlOf: (keyspace: string) => string,
  ) {}

  static async create(contactPoint: string, yamlOf: (keyspace: string) => string): Promise<ProfileFiles> {
    const folder = await mkdtemp(join(tmpdir(), 'tidemark-profiles-'));
    return new ProfileFiles(new Witness(contactPoint), folder, yamlOf);
  }

  /** The words of a line that say where the node is. */
  get place(): string {
    return `-node ${this.witness.host} -port native=${this.witness.port}`;
  }

  async profile(name: string): Promise<{ keyspace: string; path: string }> {
    const keyspace = this.witness.keyspace(name);
    const path = join(this.folder, `${name}.yaml`);
    await writeFile(path, this.yamlOf(keyspace));
    return { keyspace, path };
  }

  async close(): Promise<void> {
    await this.witness.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
