import type { Outage, ZookeeperReport } from './zookeeper.schema.js';

const NS_PER_MS = 1e6;
export const SHOWN_OUTAGES = 100;

type Figures = Pick<
  ZookeeperReport,
  'sessions' | 'connectionLosses' | 'sessionsExpired' | 'sessionsMoved' | 'watchesRearmed' | 'recovery' | 'outages'
>;

export interface RecoveryClock {
  nowNs(): number;
  epochMs(): number;
}

/** Keeps account of a lane's lost connections: how often, how long, and what came of the sessions. */
export class Recovery {
  private sessions = 0;
  private losses = 0;
  private expired = 0;
  private moved = 0;
  private rearmed = 0;
  private recoveries = 0;
  private sumNs = 0;
  private maxNs = 0;
  private readonly lostNs = new Map<number, number>();
  private readonly serverOf = new Map<number, string>();
  private readonly outages: Outage[] = [];
  private outageNs = 0;
  private lostMeanwhile = 0;

  constructor(private readonly clock: RecoveryClock) {}

  /** `server`: host:port; `watches`: how many were armed again. */
  connected(client: number, server: string, kept: boolean, watches: number): void {
    const before = this.serverOf.get(client);
    this.serverOf.set(client, server);
    const sinceNs = this.lostNs.get(client);
    if (sinceNs === undefined) {
      this.sessions++;
      return;
    }
    this.lostNs.delete(client);
    const nowNs = this.clock.nowNs();
    this.recoveries++;
    this.sumNs += nowNs - sinceNs;
    this.maxNs = Math.max(this.maxNs, nowNs - sinceNs);
    this.rearmed += watches;
    if (kept && before !== server) this.moved++;
    if (this.lostNs.size > 0) return;
    const outage = this.outages.at(-1);
    if (outage?.recoveredMs === null) {
      outage.recoveredMs = (nowNs - this.outageNs) / NS_PER_MS;
      outage.sessions = this.lostMeanwhile;
    }
  }

  disconnected(client: number): void {
    const nowNs = this.clock.nowNs();
    if (this.lostNs.has(client)) return;
    this.losses++;
    if (this.lostNs.size === 0) {
      this.outageNs = nowNs;
      this.lostMeanwhile = 0;
      if (this.outages.length < SHOWN_OUTAGES)
        this.outages.push({ startMs: this.clock.epochMs(), recoveredMs: null, sessions: 0 });
    }
    this.lostMeanwhile++;
    this.lostNs.set(client, nowNs);
    const outage = this.outages.at(-1);
    if (outage?.recoveredMs === null) outage.sessions = this.lostMeanwhile;
  }

  expire(): void {
    this.expired++;
  }

  figures(): Figures {
    const { recoveries, sumNs, maxNs } = this;
    return {
      sessions: this.sessions,
      connectionLosses: this.losses,
      sessionsExpired: this.expired,
      sessionsMoved: this.moved,
      watchesRearmed: this.rearmed,
      recovery: {
        count: recoveries,
        meanMs: recoveries === 0 ? 0 : sumNs / recoveries / NS_PER_MS,
        maxMs: maxNs / NS_PER_MS,
      },
      outages: this.outages,
    };
  }
}
