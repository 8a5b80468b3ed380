import { expect, it } from 'vitest';
import type { ComparedRun, Comparison, MetricComparison } from '#libs/contract/comparison.js';
import { comparisonPage } from './comparison-page.js';

const run = (fields: Partial<ComparedRun> = {}): ComparedRun => ({
  id: 'a',
  name: 'before',
  kind: 'stress',
  status: 'completed',
  verdict: 'none',
  validity: 'valid',
  simulated: true,
  startedAtMs: 0,
  samples: 30,
  ...fields,
});

const metric: MetricComparison = {
  operation: 'READ <b>',
  metric: 'p99Ms',
  clock: 'responseTime',
  better: 'lower',
  baseline: 10,
  candidate: 12.5,
  difference: 2.5,
  differencePercent: 25,
  confidenceInterval: { level: 0.95, from: -0.5, to: 5.25 },
  effect: { delta: 0.61, size: 'large' },
  test: { name: 'Mann-Whitney U, exact', u: 17, pValue: 0.0001, pAdjusted: 0.0002 },
  samples: { baseline: 30, candidate: 30 },
  change: 'worse',
  note: null,
};

it('shows both figures, the difference with its interval, effect and p, and what is not alike', () => {
  const comparison: Comparison = {
    baseline: run(),
    tolerancePercent: 2,
    candidates: [
      {
        run: run({ id: 'b', name: '<script>' }),
        outcome: 'worse',
        problems: [{ code: 'SPEC', level: 'warning', message: 'lanes: 1 and "<4>"' }],
        metrics: [metric],
      },
    ],
  };
  const page = comparisonPage(comparison);
  expect(page).toContain(
    '<td>READ &lt;b&gt;</td><td>p99Ms response</td><td>10.0</td><td>12.5</td><td>+2.50</td><td>+25.0 %</td><td>-0.500 to +5.25</td><td>0.61 large</td><td>&lt; 0.001</td><td><b class="bad">worse</b></td>',
  );
  expect(page).toContain('<li class="warn">lanes: 1 and &quot;&lt;4&gt;&quot;</li>');
  expect(page).toContain('<small>Against the baseline</small><b>worse</b>');
  expect(page).not.toContain('<script>');
});
