/**
 * Which clients may do something now, with the time of those that pause. A client stands here as often as it may have
 * operations in flight. Arrays, so that a turn allocates nothing.
 */
export class ReadyClients {
  /** A ring of those that are ready, the one that waits longest first. */
  private readonly ring: Int32Array;
  private head = 0;
  private count = 0;
  /** A heap of those that pause, by time. */
  private readonly heap: Int32Array;
  private readonly atNs: Float64Array;
  private pausing = 0;
  /** By client: not connected, and how many of its turns wait for that. */
  private readonly away: Uint8Array;
  private readonly held: Int32Array;

  constructor(clients: number, perClient: number) {
    const most = clients * perClient;
    this.ring = new Int32Array(most);
    this.heap = new Int32Array(most);
    this.atNs = new Float64Array(most);
    this.away = new Uint8Array(clients).fill(1);
    this.held = new Int32Array(clients).fill(perClient);
  }

  /** When the first pause ends; Infinity when nobody pauses. */
  get nextNs(): number {
    return this.pausing === 0 ? Infinity : (this.atNs[0] ?? Infinity);
  }

  add(client: number): void {
    if (this.away[client] === 1) this.held[client] = (this.held[client] ?? 0) + 1;
    else this.ring[(this.head + this.count++) % this.ring.length] = client;
  }

  /** After a pause. */
  addAt(client: number, ns: number): void {
    let at = this.pausing++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.atNs[parent] ?? 0) <= ns) break;
      this.move(parent, at);
      at = parent;
    }
    this.heap[at] = client;
    this.atNs[at] = ns;
  }

  /** The next client, or -1. */
  take(nowNs: number): number {
    while (this.nextNs <= nowNs) this.add(this.pop());
    while (this.count > 0) {
      const client = this.ring[this.head] ?? 0;
      this.head = this.head + 1 === this.ring.length ? 0 : this.head + 1;
      this.count--;
      if (this.away[client] === 0) return client;
      this.held[client] = (this.held[client] ?? 0) + 1;
    }
    return -1;
  }

  /** Its connection is lost: its turns wait. */
  leave(client: number): void {
    this.away[client] = 1;
  }

  back(client: number): void {
    this.away[client] = 0;
    const turns = this.held[client] ?? 0;
    this.held[client] = 0;
    for (let turn = 0; turn < turns; turn++) this.add(client);
  }

  private move(from: number, to: number): void {
    this.heap[to] = this.heap[from] ?? 0;
    this.atNs[to] = this.atNs[from] ?? 0;
  }

  private pop(): number {
    const first = this.heap[0] ?? 0;
    const last = --this.pausing;
    const [client, ns] = [this.heap[last] ?? 0, this.atNs[last] ?? 0];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      if (child + 1 < last && (this.atNs[child + 1] ?? 0) < (this.atNs[child] ?? 0)) child++;
      if ((this.atNs[child] ?? 0) >= ns) break;
      this.move(child, at);
      at = child;
    }
    this.heap[at] = client;
    this.atNs[at] = ns;
    return first;
  }
}
