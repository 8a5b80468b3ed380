/** Where the simulator gets the time from; a port, so that fault scripts are tested in virtual time. */
export interface SimTime {
  /** Monotonic, ms with a fraction; its zero means nothing. */
  nowMs(): number;
  /** Wall time, ms since 1970: write times and expiry. */
  wallMs(): number;
}
