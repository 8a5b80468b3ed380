import type { Issue } from '#libs/contract/problem.js';
import type { CommandOutput } from '#libs/stress/command-output.js';
import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';

const path = 'spec.command';

/** What a command says of its output makes sense only where it is typed in: a server writes no files for its callers. */
export function outputRefused({ graph, logFile, style, headerEveryMs }: CommandOutput): Issue[] {
  const messages: string[] = [];
  if (graph !== undefined)
    messages.push(
      '-graph file: expected no file: GET /v1/runs/{id}/intervals and /v1/runs/{id}/report.csv answer what the picture is drawn of; tidemark stress -graph writes one where it runs',
    );
  if (logFile !== undefined)
    messages.push('-log file: expected no file: the text is kept, GET /v1/runs/{id}/stdout answers it');
  if (style !== 'cassandra-stress')
    messages.push(`-log style: expected none, found ${style}: it is a form of tidemark stress's own output`);
  if (headerEveryMs !== undefined)
    messages.push("-reporting header-frequency: expected none: it is of tidemark stress's own output");
  return messages.map((message) => ({ path, message }));
}

/** A line for each failed operation would fill the store; it has them by class, and the first mismatches. */
export const levelRefused = ({ log }: Pick<StressPlanSpec, 'log'>, at: string): Issue[] =>
  log.level === 'verbose'
    ? [
        {
          path: at,
          message: `${at === path ? '-log level: ' : ''}expected minimal or normal, found verbose: GET /v1/runs/{id}/summary has every failed operation by class, and the first mismatches`,
        },
      ]
    : [];
