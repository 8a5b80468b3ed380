/** An executor's leadership of a run's scaler. */
export interface ScalerLead {
  /** Rises whenever another one leads; writes with an older one are refused. */
  token: number;
  /** What was last written; null when nothing was. */
  state: unknown;
}

/** Who resizes the target of a run, one executor at a time, and what it has written down. */
export interface ScalerStore {
  /** Takes the lead when nobody has it, or its lease has run out; null while it is another's. Who has it keeps its token. */
  lead(runId: string, holder: string, nowMs: number, leaseMs: number): Promise<ScalerLead | null>;
  /** Renews the lease; false when another one leads. */
  renew(runId: string, token: number, nowMs: number, leaseMs: number): Promise<boolean>;
  /** Writes the state and renews the lease; false, and nothing is written, when another one leads. */
  save(runId: string, token: number, state: object, nowMs: number, leaseMs: number): Promise<boolean>;
  /** Gives the lead up, so that another one need not wait for the lease to run out. */
  release(runId: string, token: number): Promise<void>;
  /** What was last written, whoever did; null when nothing was. */
  state(runId: string): Promise<unknown>;
}
