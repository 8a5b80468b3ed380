import type { AccessRule } from '#libs/zk/jute-writer.js';
import { CODE } from '#libs/zk/protocol.js';
import type { ZkClient } from '#libs/zk/client.js';
import { ZkError } from '#libs/zk/zk-error.js';

const PREFIX = 'tidemark-';
/** How long a tree that nobody holds yet, for its executors are still to come, is left alone. */
const UNHELD_MS = 60_000;
const AT_A_TIME = 64;
/** Ephemeral znodes of sessions that are just ending may come in between. */
const REMOVAL_ROUNDS = 10;
const CREATION_TRIES = 5;
/** What ancestors carry that were made for a run: they go with the last one. */
const ANCESTOR = Buffer.from('tidemark');

/** Folders of a run's tree. */
export const FOLDERS = { nodes: 'nodes', ephemeral: 'ephemeral', election: 'election', lease: 'lease' } as const;

/** Says that a znode is the root of a run's tree, and until when it is nobody's. */
interface Marker {
  tidemark: 'run';
  runId: string;
  leaseUntilMs: number;
}

const isCode = (error: unknown, ...codes: number[]): boolean => error instanceof ZkError && codes.includes(error.code);

function readMarker(data: Buffer): Marker | undefined {
  try {
    const read: unknown = JSON.parse(data.toString());
    if (typeof read !== 'object' || read === null || !('tidemark' in read) || read.tidemark !== 'run') return undefined;
    const { runId, leaseUntilMs } = { runId: undefined, leaseUntilMs: undefined, ...read };
    return typeof runId === 'string' && typeof leaseUntilMs === 'number'
      ? { tidemark: 'run', runId, leaseUntilMs }
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Everything that a run makes lies below one znode, which its executors hold by ephemeral znodes: the last one to leave
 * removes it. What killed ones have left the next run removes. All reject with ZkError.
 */
export class RunTree {
  readonly root: string;

  constructor(
    private readonly client: ZkClient,
    private readonly pseudoRoot: string,
    private readonly runId: string,
    private readonly access: readonly AccessRule[],
  ) {
    this.root = below(pseudoRoot, PREFIX + runId);
  }

  folder(name: keyof typeof FOLDERS): string {
    return `${this.root}/${FOLDERS[name]}`;
  }

  async create(nowMs: number): Promise<void> {
    const { client, access } = this;
    for (let tries = 1; ; tries++) {
      await this.makeAncestors();
      try {
        await orThere(client.create(this.root, this.marker(nowMs + UNHELD_MS), { access }));
        break;
      } catch (error) {
        // Another run has just removed the ancestors.
        if (!isCode(error, CODE.NO_NODE) || tries === CREATION_TRIES) throw error;
      }
    }
    await Promise.all(
      Object.values(FOLDERS).map((name) => orThere(client.create(`${this.root}/${name}`, undefined, { access }))),
    );
  }

  /** Holds the tree for as long as the session lives. */
  async join(member: string, nowMs: number): Promise<void> {
    await orThere(
      this.client.create(`${this.folder('lease')}/${member}`, undefined, { mode: 'ephemeral', access: this.access }),
    );
    await this.client.set(this.root, this.marker(nowMs));
  }

  /** Lets the tree go; the last one removes it. Answers how many znodes were removed. */
  async leave(member: string): Promise<number> {
    await orGone(this.client.delete(`${this.folder('lease')}/${member}`));
    const others = await this.childrenOf(this.folder('lease'));
    return others.length > 0 ? 0 : this.remove(this.root);
  }

  /** Removes trees that nobody holds any more; answers whose and how many znodes they had. */
  async sweep(nowMs: number): Promise<{ runId: string; removed: number }[]> {
    const swept: { runId: string; removed: number }[] = [];
    for (const name of await this.childrenOf(this.pseudoRoot)) {
      const root = below(this.pseudoRoot, name);
      if (!name.startsWith(PREFIX) || root === this.root) continue;
      const marker = await this.markerOf(root);
      if (marker === undefined || marker.leaseUntilMs > nowMs) continue;
      if ((await this.childrenOf(`${root}/${FOLDERS.lease}`)).length > 0) continue;
      swept.push({ runId: marker.runId, removed: await this.remove(root) });
    }
    return swept;
  }

  private marker(leaseUntilMs: number): Buffer {
    const marker: Marker = { tidemark: 'run', runId: this.runId, leaseUntilMs };
    return Buffer.from(JSON.stringify(marker));
  }

  private async markerOf(root: string): Promise<Marker | undefined> {
    try {
      return readMarker((await this.client.get(root)).data);
    } catch (error) {
      // Not ours, or gone meanwhile.
      if (isCode(error, CODE.NO_NODE, CODE.NO_AUTH)) return undefined;
      throw error;
    }
  }

  private async makeAncestors(): Promise<void> {
    for (const path of ancestorsOf(this.pseudoRoot)) await orThere(this.client.create(path, ANCESTOR));
  }

  private async remove(root: string): Promise<number> {
    const removed = await this.removeAll(root);
    for (const path of ancestorsOf(this.pseudoRoot).reverse()) {
      const found = await this.client.get(path).catch(() => undefined);
      if (!found?.data.equals(ANCESTOR)) break;
      const isGone = await this.client.delete(path).then(
        () => true,
        () => false,
      );
      if (!isGone) break;
    }
    return removed;
  }

  private async removeAll(path: string): Promise<number> {
    let removed = 0;
    for (let round = 1; ; round++) {
      const names = await this.childrenOf(path);
      for (let at = 0; at < names.length; at += AT_A_TIME) {
        const counts = await Promise.all(
          names.slice(at, at + AT_A_TIME).map((name) => this.removeLeaf(`${path}/${name}`)),
        );
        removed += counts.reduce((sum, count) => sum + count, 0);
      }
      try {
        await orGone(this.client.delete(path));
        return removed + 1;
      } catch (error) {
        if (!isCode(error, CODE.NOT_EMPTY) || round === REMOVAL_ROUNDS) throw error;
      }
    }
  }

  /** Most znodes have no children: they are not asked for them first. */
  private async removeLeaf(path: string): Promise<number> {
    try {
      await orGone(this.client.delete(path));
      return 1;
    } catch (error) {
      if (!isCode(error, CODE.NOT_EMPTY)) throw error;
      return this.removeAll(path);
    }
  }

  private async childrenOf(path: string): Promise<string[]> {
    try {
      return await this.client.children(path);
    } catch (error) {
      if (isCode(error, CODE.NO_NODE)) return [];
      throw error;
    }
  }
}

const below = (folder: string, name: string): string => (folder === '/' ? `/${name}` : `${folder}/${name}`);

/** `/a/b` -> `/a`, `/a/b`. */
function ancestorsOf(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  return names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
}

async function orThere(creation: Promise<unknown>): Promise<void> {
  await creation.catch((error: unknown) => {
    if (!isCode(error, CODE.NODE_EXISTS)) throw error;
  });
}

async function orGone(deletion: Promise<unknown>): Promise<void> {
  await deletion.catch((error: unknown) => {
    if (!isCode(error, CODE.NO_NODE)) throw error;
  });
}
