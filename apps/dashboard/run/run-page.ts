import { hasEnded } from '../badges.js';
import { ApiProblem, type Run, type Schemas } from '../connection.js';
import { el, fill } from '../element.js';
import { shortId } from '../format.js';
import type { PageParts } from '../page.js';
import { ParentView } from '../parents/parent-view.js';
import { problemNote } from '../problem-note.js';
import { ServerCharts } from '../zookeeper/server-charts.js';
import { annotationForm } from './annotations.js';
import { Downloads } from './downloads.js';
import { IntervalSeries, TOTAL } from './interval-series.js';
import { LogView } from './log-view.js';
import { OperationsTable } from './operations-table.js';
import { RunCharts } from './run-charts.js';
import { RunFacts } from './run-facts.js';
import { RunFeed } from './run-feed.js';
import { RunHead } from './run-head.js';
import { Tiles } from './tiles.js';

/** One run, live while it is on. */
export function runPage({ connection, route, signal, setTitle }: PageParts): HTMLElement {
  const runId = route.parts[1] ?? '';
  setTitle('Run');
  const { client } = connection;
  const series = new IntervalSeries();
  const trouble = el('div');
  const offline = el(
    'div',
    { class: 'note warn', role: 'status', hidden: true },
    'The connection is lost; trying again.',
  );
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
      fill(trouble);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      fill(trouble, problemNote(error));
    }
  };
  const head = new RunHead({ connection, attempt, changed: () => feed.refresh() });
  const tiles = new Tiles();
  const charts = new RunCharts(series, signal);
  const operations = new OperationsTable();
  const facts = new RunFacts();
  const parent = new ParentView(connection, signal);
  const servers = new ServerCharts(connection, signal);
  const log = new LogView();
  const downloads = new Downloads(connection, attempt);
  const annotate = el('div');
  let annotations: readonly Schemas['Annotation'][] = [];
  let current: Run | undefined;
  const path = { id: runId };

  const showRun = (run: Run) => {
    setTitle(`${run.name ?? `${run.kind} ${shortId(run.id)}`}: ${run.status}`);
    if (current === undefined) {
      const added = (one: Schemas['Annotation']) => charts.setAnnotations((annotations = [...annotations, one]));
      annotate.append(annotationForm(connection, runId, added, attempt));
    }
    annotate.hidden = hasEnded(run) || run.startedAtMs === null;
    current = run;
    head.show(run, series.totals(TOTAL).completed);
    facts.showRun(run);
    charts.setRun(run);
  };
  const showExtras = async (run: Run) => {
    const [files, marks] = await Promise.all([
      connection.ask(client.GET('/v1/runs/{id}/artifacts', { params: { path }, signal })),
      connection.ask(client.GET('/v1/runs/{id}/annotations', { params: { path }, signal })),
    ]);
    downloads.show(run, files.items);
    annotations = marks.items;
    charts.setAnnotations(annotations);
    await Promise.all([servers.show(run, files.items, annotations), parent.show(run)]);
    if (hasEnded(run)) await showSummary();
  };
  const showSummary = async () => {
    const { data } = await client.GET('/v1/runs/{id}/summary', { params: { path }, signal });
    // A run that failed early has none.
    if (data === undefined) return;
    tiles.showSummary(data);
    operations.showSummary(data.operations);
    facts.showSummary(data);
  };
  let frame: number | undefined;
  const showIntervals = () => {
    frame ??= requestAnimationFrame(() => {
      frame = undefined;
      charts.show();
      operations.showSeries(series);
      if (current !== undefined) tiles.showSeries(series, current);
    });
  };
  const feed = new RunFeed({
    connection,
    runId,
    series,
    signal,
    view: {
      run: showRun,
      intervals: showIntervals,
      log: (lines) => log.add(lines),
      extras: showExtras,
      connected: (connected) => (offline.hidden = connected),
      trouble: (error) => fill(trouble, problemNote(error)),
    },
  });
  void feed.start();
  return el(
    'div',
    { class: 'run' },
    trouble,
    offline,
    head.element,
    tiles.element,
    parent.element,
    charts.element,
    annotate,
    operations.element,
    servers.element,
    facts.elements,
    log.element,
    downloads.element,
  );
}
