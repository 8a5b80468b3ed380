import { labelOf } from './figure-tables.js';
import { escaped } from './markup.js';
import { markupTable } from './page.js';
import type { RunPicture } from './picture/run-picture.js';
import { headFacts } from './run-head.js';

const STYLE = new Map([
  ['valid', 'good'],
  ['passed', 'good'],
  ['degraded', 'warn'],
  ['simulated', 'warn'],
  ['invalid', 'bad'],
  ['failed', 'bad'],
  ['interrupted', 'bad'],
]);

const marked = (text: string): string => {
  const style = STYLE.get(text);
  return style === undefined ? escaped(text) : `<b class="${style}">${escaped(text)}</b>`;
};

/** What is said of each run, side by side: verdict, validity with its reasons, then the rest. */
export function comparedHeads(pictures: readonly RunPicture[]): string {
  const facts = pictures.map((picture) => new Map(headFacts(picture)));
  const names = [...new Set(facts.flatMap((each) => [...each.keys()]))];
  const rows = [
    ['Status', ...pictures.map(({ run }) => marked(run.status))],
    ['Verdict', ...pictures.map(({ run }) => marked(run.verdict))],
    [
      'Validity',
      ...pictures.map(({ run }) =>
        [
          marked(run.validity?.level ?? 'not known yet'),
          ...(run.validity?.reasons ?? []).map(({ message }) => escaped(message)),
        ].join('<br>'),
      ),
    ],
    ['Measured on', ...pictures.map(({ run }) => marked(run.simulated === true ? 'simulated' : 'the target'))],
    ...names.map((name) => [escaped(name), ...facts.map((each) => escaped(each.get(name) ?? '-'))]),
  ];
  return markupTable(['', ...pictures.map(labelOf)], rows, { words: true });
}
