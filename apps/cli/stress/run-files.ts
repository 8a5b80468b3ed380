import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { GraphOptions } from '#libs/stress/command-output.js';
import { openGraphFile, type GraphFacts, type GraphFile } from './graph-file.js';
import { openHdrFile, type HdrFile } from './hdr-file.js';

interface Wanted {
  hdrFile?: string | undefined;
  graph?: GraphOptions | undefined;
}

/** The files that a run makes of its intervals. */
export class RunFiles {
  private constructor(
    private readonly hdr: HdrFile | undefined,
    private readonly graph: GraphFile | undefined,
  ) {}

  /** Opens all of them, so that none is refused after the run; `failed` hears when one breaks. Throws OUTPUT_UNWRITABLE. */
  static async open({ hdrFile, graph: wanted }: Wanted, failed: () => void): Promise<RunFiles> {
    const graph = wanted && (await openGraphFile(wanted));
    return new RunFiles(hdrFile === undefined ? undefined : await openHdrFile(hdrFile, failed), graph);
  }

  add(snapshot: IntervalSnapshot): void {
    this.hdr?.add(snapshot);
    this.graph?.add(snapshot);
  }

  /** Puts them in their places. Throws OUTPUT_UNWRITABLE. */
  async publish(facts: GraphFacts, nowMs: number): Promise<void> {
    await this.hdr?.publish();
    await this.graph?.publish(facts, new Date(nowMs).toISOString());
  }

  /** Removes what was not published. */
  async discard(): Promise<void> {
    await this.hdr?.discard();
  }
}
