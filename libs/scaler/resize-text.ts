import type { PhaseFigures, Resize, ResizePhase, ScalerReport } from './scaler-report.schema.js';

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const phaseText = (name: string, phase: ResizePhase | null): string => {
  const total: PhaseFigures | undefined = phase?.operations['total'];
  if (total === undefined) return `${name} -`;
  const p99 = total.p99Ms === null ? '-' : `${total.p99Ms.toFixed(1)} ms`;
  return `${name} ${whole(total.ratePerSecond)}/s, p99 ${p99}, ${whole(total.errors)} errors`;
};

const backText = (name: string, ms: number | null): string => {
  if (ms === null) return `${name} not seen back within 10 %`;
  return ms === 0 ? `${name} stayed within 10 %` : `${name} back within 10 % after ${seconds(ms)}`;
};

/** What came of one resize, in lines; the first says which. */
function resizeLines(resize: Resize): string[] {
  const { number, from, to, outcome, detail, startedAtMs, healthyAtMs, before, during, after } = resize;
  const took = healthyAtMs === null ? '' : `, healthy after ${seconds(healthyAtMs - startedAtMs)}`;
  const why = detail === null ? '' : ` (${detail})`;
  const phases = [phaseText('before', before), phaseText('during', during), phaseText('after', after)];
  return [
    `${number}: ${from} to ${to} nodes ${outcome}${took}${why}`,
    `   ${phases.join('; ')}`,
    ...(before === null || during === null
      ? []
      : [`   ${backText('throughput', resize.throughputBackMs)}, ${backText('p99', resize.p99BackMs)}`]),
  ];
}

/** The resizes of a run, in lines. */
export function scalerLines({ type, cycles, resizes, omittedResizes, ended }: ScalerReport): string[] {
  const earlier = omittedResizes > 0 ? `, the first ${whole(omittedResizes)} not listed` : '';
  return [
    `${type}: ${whole(resizes.length + omittedResizes)} resizes, ${whole(cycles)} whole cycles${earlier}`,
    ...resizes.flatMap(resizeLines),
    ...(ended === null ? [] : [`ended: ${ended}`]),
  ];
}
