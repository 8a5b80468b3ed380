import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { CommandOutput } from '#libs/stress/command-output.js';
import { openGraphFile, type GraphFacts, type GraphFile } from './graph-file.js';
import { openHdrFile, type HdrFile } from './hdr-file.js';
import { openLogFile, type LogFile } from './log-file.js';

interface Wanted {
  hdrFile?: string | undefined;
  output: CommandOutput;
}

/** The files that a run writes beside its text. */
export class RunFiles {
  private constructor(
    private readonly hdr: HdrFile | undefined,
    private readonly log: LogFile | undefined,
    private readonly graph: GraphFile | undefined,
  ) {}

  /** Opens all of them, so that none is refused after the run; `failed` hears when one breaks. Throws OUTPUT_UNWRITABLE. */
  static async open({ hdrFile, output }: Wanted, failed: () => void): Promise<RunFiles> {
    const graph = output.graph && (await openGraphFile(output.graph));
    const hdr = hdrFile === undefined ? undefined : await openHdrFile(hdrFile, failed);
    try {
      const log = output.logFile === undefined ? undefined : await openLogFile(output.logFile, failed);
      return new RunFiles(hdr, log, graph);
    } catch (error) {
      await hdr?.discard();
      throw error;
    }
  }

  add(snapshot: IntervalSnapshot): void {
    this.hdr?.add(snapshot);
    this.graph?.add(snapshot);
  }

  line(text: string): void {
    this.log?.line(text);
  }

  /** Puts them in their places. Throws OUTPUT_UNWRITABLE. */
  async publish(facts: GraphFacts, now: string): Promise<void> {
    await this.hdr?.publish();
    await this.graph?.publish(facts, now);
  }

  /** Removes what was not published; the log stays as far as it goes. Throws OUTPUT_UNWRITABLE for lines that are lost. */
  async close(): Promise<void> {
    await this.hdr?.discard();
    await this.log?.close();
  }
}
