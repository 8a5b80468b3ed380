import type { TimedAction } from './faults/fault-engine.js';
import { FaultScript, type FaultScriptInput } from './faults/fault-script.js';
import { Cluster } from './server/cluster.js';
import { nodeEventFrame, schemaEventFrame, type NodeEvent } from './server/events.js';
import { SimNode } from './server/sim-node.js';
import type { SimulatorStats } from './server/stats.js';
import type { SimulatorOptions } from './simulator-options.js';
import type { MutationListener } from './storage/mutation.js';
import { StoredCell, type CellAddress } from './stored-cell.js';

/** A port that is free on the first address may be taken on another: then another is tried. */
const PORT_ATTEMPTS = 20;
const MOST_NODES = 64;
/** A node that leaves answers for so long to clients that have not heard of it. */
const FAREWELL_MS = 2_000;

/** A running simulated cluster. Make one with `startSimulator`. */
export class Simulator {
  private readonly cluster: Cluster;
  private readonly nodes: SimNode[];

  constructor(private readonly options: SimulatorOptions) {
    this.cluster = new Cluster(options, (action) => this.act(action));
    this.nodes = this.cluster.members.map((member) => new SimNode(this.cluster, member));
    this.cluster.onSchemaChange((change) => this.broadcast('SCHEMA_CHANGE', schemaEventFrame(change)));
  }

  /** `address:port` of every node. */
  get contactPoints(): string[] {
    return this.cluster.members.map(({ address, port }) => `${address}:${port}`);
  }

  get port(): number {
    return this.cluster.members[0]?.port ?? 0;
  }

  get stats(): SimulatorStats {
    const { counters, budget, faults, locality } = this.cluster;
    return counters.snapshot({
      storedBytes: budget.usedBytes,
      refusedWrites: budget.refusedWrites,
      faultHits: [...faults.hits],
      shards: locality?.counts.snapshot() ?? [],
    });
  }

  async listen(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        let port = this.options.port ?? 0;
        for (const node of this.nodes) port = await node.listen(port);
        for (const node of this.nodes) await node.listenShardAware();
        return;
      } catch (cause) {
        await Promise.all(this.nodes.map((node) => node.close()));
        if ((this.options.port ?? 0) !== 0 || attempt === PORT_ATTEMPTS) throw cause;
      }
    }
  }

  private broadcast(type: string, frame: Buffer): void {
    for (const { connections } of this.nodes) {
      for (const connection of connections) {
        if (!connection.session.events.has(type)) continue;
        connection.pushEvent(frame);
      }
    }
  }

  /** Sends an event to every client that registered for its type. */
  pushEvent(event: NodeEvent): void {
    this.broadcast(event.type, nodeEventFrame(event));
  }

  /** Takes a node down: it refuses and cuts connections, its replicas count as dead, and the others say so. */
  async nodeDown(index: number): Promise<void> {
    const node = this.node(index);
    if (!node.member.isUp) return;
    node.member.isUp = false;
    this.cluster.availability.nodesChanged();
    const { address, port } = node.member;
    const closed = node.close();
    this.pushEvent({ type: 'STATUS_CHANGE', change: 'DOWN', address, port });
    await closed;
  }

  /** Brings a node back on its old port. Its prepared statements are still known, as after a real restart. */
  async nodeUp(index: number): Promise<void> {
    const node = this.node(index);
    if (node.member.isUp) return;
    await node.listen(node.member.port);
    await node.listenShardAware();
    node.member.isUp = true;
    this.cluster.availability.nodesChanged();
    const { address, port } = node.member;
    this.pushEvent({ type: 'STATUS_CHANGE', change: 'UP', address, port });
  }

  /** Nodes of the ring, and how many of them serve. */
  get size(): { nodes: number; up: number } {
    const { members } = this.cluster;
    return { nodes: members.length, up: members.filter(({ isUp }) => isUp).length };
  }

  /**
   * Lets nodes join or leave, one after another, until there are so many; the last to join is the first to leave. Throws
   * RangeError where that cannot be, and the listen error when the next address is taken.
   */
  async resize(nodes: number): Promise<void> {
    if (nodes < 1 || nodes > MOST_NODES) throw new RangeError(`expected 1 to ${MOST_NODES} nodes, found ${nodes}`);
    if ((this.options.tablets ?? []).length > 0)
      throw new RangeError('tables of tablets stay where they are: with them the simulator keeps its nodes');
    while (this.nodes.length < nodes) await this.join();
    while (this.nodes.length > nodes) await this.decommission();
  }

  /** A node on the next address joins: the ring and the peers of all know of it, and clients are told. */
  private async join(): Promise<void> {
    const member = this.cluster.newcomer();
    const node = new SimNode(this.cluster, member);
    try {
      await node.listen(this.port);
      await node.listenShardAware();
    } catch (cause) {
      await node.close();
      throw cause;
    }
    this.nodes.push(node);
    this.cluster.join(member);
    const { address, port } = member;
    this.pushEvent({ type: 'TOPOLOGY_CHANGE', change: 'NEW_NODE', address, port });
    this.pushEvent({ type: 'STATUS_CHANGE', change: 'UP', address, port });
  }

  /** The last node leaves: the others have its share of the ring, clients are told, and a moment later it is gone. */
  private async decommission(): Promise<void> {
    const node = this.nodes.pop();
    if (node === undefined) return;
    const { member } = node;
    this.cluster.leave(member);
    const { address, port } = member;
    this.pushEvent({ type: 'TOPOLOGY_CHANGE', change: 'REMOVED_NODE', address, port });
    await this.cluster.clock.sleep(FAREWELL_MS);
    await node.close();
  }

  private node(index: number): SimNode {
    const node = this.nodes.find(({ member }) => member.index === index);
    if (!node) throw new RangeError(`there is no node ${index} among ${this.nodes.length}`);
    return node;
  }

  /** A stored cell, to look at or to change behind the clients' backs. */
  cell(address: CellAddress): StoredCell {
    return new StoredCell(this.cluster.schema, address);
  }

  /** From now on `listener` is told of every change of a row that is applied, in the order of the commits. */
  onMutation(listener: MutationListener): void {
    this.cluster.schema.mutated = listener;
  }

  /** From now on this fault script holds, in place of the one before; `{}` ends all faults. */
  apply(script: FaultScriptInput): void {
    this.cluster.faults.apply(FaultScript.parse(script));
  }

  /** Cuts all connections of the nodes (default: all nodes). */
  disconnect(nodes?: readonly number[] | null): void {
    for (const node of this.nodes) if (!nodes || nodes.includes(node.member.index)) node.disconnect();
  }

  private act(action: TimedAction): void {
    switch (action.kind) {
      case 'up':
        // A port taken meanwhile keeps the node down, as it would a real one.
        void this.nodeUp(action.node).catch(() => undefined);
        break;
      case 'down':
        void this.nodeDown(action.node);
        break;
      case 'disconnect':
        this.disconnect(action.nodes);
        break;
      case 'cdc-generation':
        this.newCdcGeneration(action.leadMs);
        break;
      case 'forget-prepared':
        this.forgetPrepared();
    }
  }

  /** New streams of ScyllaDB's CDC log, written to from `leadMs` on; clients can read of them at once. */
  newCdcGeneration(leadMs: number): void {
    const { changeLog, clock } = this.cluster;
    changeLog?.generations.begin(clock.epochMs() + leadMs);
  }

  /** Forgets all prepared statements of every node: clients get UNPREPARED (0x2500). */
  forgetPrepared(): void {
    for (const { statements } of this.nodes) statements.prepared.clear();
  }

  async close(): Promise<void> {
    this.cluster.faults.close();
    this.cluster.changeLog?.close();
    await Promise.all(this.nodes.map((node) => node.close()));
  }
}

/** Starts a simulated cluster and waits until every node listens. Rejects with the listen error (EADDRINUSE, …). */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = new Simulator(options);
  await simulator.listen();
  return simulator;
}
