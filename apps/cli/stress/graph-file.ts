import { readFile } from 'node:fs/promises';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { CodedError } from '#libs/contract/problem.js';
import { graphPage, readGraphPage, withRun } from '#libs/report/graph/graph-page.js';
import type { GraphData, GraphRun } from '#libs/report/graph/graph-run.js';
import { GraphSeries } from '#libs/report/graph/graph-series.js';
import type { GraphOptions } from '#libs/stress/command-output.js';
import { openWhole, writeWhole } from '../whole-file.js';

/** What is known of a run when it is over, beside its intervals. */
export type GraphFacts = Omit<GraphRun, 'operation' | 'revision' | 'endS' | 'series'> & { operation: string };

/** The page of `-graph`, to which the run under way is added when it ends. */
export interface GraphFile {
  add(snapshot: IntervalSnapshot): void;
  /** Puts the page with the run in its place. Throws OUTPUT_UNWRITABLE. */
  publish(facts: GraphFacts, now: string): Promise<void>;
}

/** The runs of the page that is there; undefined when none is. Throws OUTPUT_UNWRITABLE for any other file. */
async function existing(path: string): Promise<GraphData | undefined> {
  const html = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new CodedError('OUTPUT_UNWRITABLE', `-graph: ${path} cannot be read: ${error.message}`);
  });
  if (html === undefined || html.trim() === '') return undefined;
  const data = readGraphPage(html);
  if (data) return data;
  throw new CodedError(
    'OUTPUT_UNWRITABLE',
    `-graph: ${path} is there and is no page of tidemark stress -graph, so no run can be added to it; name another file`,
  );
}

/** Looks at the page and the place at once, so that what cannot be written is refused before the run. OUTPUT_UNWRITABLE. */
export async function openGraphFile({ file, title, revision, operation }: GraphOptions): Promise<GraphFile> {
  await existing(file);
  await (await openWhole(file)).discard();
  const series = new GraphSeries();
  return {
    add: (snapshot) => series.add(snapshot),
    async publish(facts, now) {
      const run: GraphRun = {
        ...facts,
        operation: operation ?? facts.operation,
        revision,
        endS: series.endS,
        series: series.series(),
      };
      // Read again: another run may have been added meanwhile.
      await writeWhole(file, graphPage(withRun(await existing(file), run, title, now)));
    },
  };
}
