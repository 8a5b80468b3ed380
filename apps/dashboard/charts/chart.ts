import uPlot from 'uplot';
import { el } from '../element.js';
import { formatDuration } from '../format.js';
import type { Columns } from './columns.js';

/** Something that happened, drawn as a line across. */
export interface Mark {
  /** On the chart's x axis. */
  x: number;
  text: string;
}

export interface ChartOptions {
  title: string;
  /** Of the values: for the axis. */
  formatValue: (value: number) => string;
  /** Of the x axis; elapsed time when absent. */
  formatX?: (x: number) => string;
  /** Charts of one group show the same point. */
  group?: string;
  /** Lines that are hidden until the reader asks for them. */
  hidden?: readonly string[];
  /** Steps of ten, for values far apart. */
  logarithmic?: boolean;
  /** Points alone, without lines between them. */
  points?: boolean;
}

const HEIGHT = 220;
const PALETTE_SIZE = 8;
/** Between ticks of elapsed time, seconds: such as a clock has. */
const STEPS_S = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400, 172_800, 604_800,
];

/** A chart of lines over time, with a legend whose names show and hide them. */
export class Chart {
  readonly element: HTMLElement;
  private readonly box = el('div', { class: 'plot' });
  private plot: uPlot | undefined;
  private columns: Columns = { x: [], lines: [] };
  private marks: readonly Mark[] = [];
  private readonly hiddenLines: Set<string>;
  private frame: number | undefined;

  constructor(
    private readonly options: ChartOptions,
    signal: AbortSignal,
    ...controls: readonly HTMLElement[]
  ) {
    this.hiddenLines = new Set(options.hidden);
    this.element = el(
      'figure',
      { class: 'chart', 'aria-label': options.title },
      el('figcaption', {}, el('span', {}, options.title), ...controls),
      this.box,
    );
    const size = new ResizeObserver(() => {
      const width = this.box.clientWidth;
      if (width > 0 && this.plot !== undefined && this.plot.width !== width)
        this.plot.setSize({ width, height: HEIGHT });
      else if (width > 0) this.draw();
    });
    size.observe(this.box);
    const theme = window.matchMedia('(prefers-color-scheme: dark)');
    const redo = () => this.rebuild();
    theme.addEventListener('change', redo);
    signal.addEventListener('abort', () => {
      size.disconnect();
      theme.removeEventListener('change', redo);
      this.plot?.destroy();
    });
  }

  set(columns: Columns, marks: readonly Mark[] = this.marks): void {
    const names = ({ lines }: Columns) => lines.map(({ name }) => name).join('\n');
    const isAlike = names(columns) === names(this.columns);
    this.columns = columns;
    this.marks = marks;
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw();
    });
    if (!isAlike) this.rebuild();
  }

  private draw(): void {
    if (this.box.clientWidth === 0) return;
    const { x, lines } = this.columns;
    if (this.plot === undefined) this.rebuild();
    else this.plot.setData([x, ...lines.map(({ values }) => values)]);
  }

  private rebuild(): void {
    const width = this.box.clientWidth;
    this.plot?.destroy();
    this.plot = undefined;
    if (width === 0) return;
    const { x, lines } = this.columns;
    this.plot = new uPlot(this.plotOptions(width), [x, ...lines.map(({ values }) => values)], this.box);
    letKeysToggle(this.plot.root);
  }

  private plotOptions(width: number): uPlot.Options {
    const { formatValue, formatX = (x: number) => formatDuration(x * 1000), group, logarithmic, points } = this.options;
    const style = getComputedStyle(this.box);
    const color = (name: string) => style.getPropertyValue(name).trim();
    const axis = { stroke: color('--quiet'), grid: { stroke: color('--grid'), width: 1 }, ticks: { show: false } };
    const font = `12px ${style.fontFamily}`;
    return {
      width,
      height: HEIGHT,
      padding: [8, 18, 0, 0],
      cursor: { ...(group === undefined ? {} : { sync: { key: group } }), y: false, drag: { x: true, y: false } },
      scales: { x: { time: false }, y: logarithmic === true ? { distr: 3, log: 10 } : { range: fromZero } },
      axes: [
        {
          ...axis,
          font,
          values: (_plot, splits) => splits.map(formatX),
          space: 70,
          size: 32,
          ...(this.options.formatX === undefined ? { incrs: STEPS_S } : {}),
        },
        { ...axis, font, values: (_plot, splits) => splits.map((value) => formatValue(value)), size: 64 },
      ],
      series: [
        { label: 'at', value: (_plot, value: number | null) => (value === null ? '–' : formatX(value)) },
        ...this.columns.lines.map(({ name }, index) => ({
          label: name,
          show: !this.hiddenLines.has(name),
          stroke: color(`--series-${(index % PALETTE_SIZE) + 1}`),
          width: points === true ? 0 : 1.5,
          points: points === true ? { show: true, size: 7, fill: color(`--series-${(index % PALETTE_SIZE) + 1}`) } : {},
          value: (_plot: uPlot, value: number | null) => (value === null ? '–' : formatValue(value)),
        })),
      ],
      hooks: {
        draw: [(plot) => this.drawMarks(plot, color('--mark'))],
        setSeries: [(_plot, index, { show }) => this.remember(index, show)],
      },
    };
  }

  /** What the reader has hidden stays so when the chart is made anew. */
  private remember(index: number | null, show: boolean | undefined): void {
    const name = index === null ? undefined : this.columns.lines[index - 1]?.name;
    if (name === undefined || show === undefined) return;
    if (show) this.hiddenLines.delete(name);
    else this.hiddenLines.add(name);
  }

  private drawMarks(plot: uPlot, color: string): void {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.strokeStyle = color;
    ctx.fillStyle = color;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'top';
    for (const [index, { x }] of this.marks.entries()) {
      const left = plot.valToPos(x, 'x', true);
      if (left < bbox.left || left > bbox.left + bbox.width) continue;
      ctx.beginPath();
      ctx.moveTo(left, bbox.top);
      ctx.lineTo(left, bbox.top + bbox.height);
      ctx.stroke();
      ctx.fillText(String(index + 1), left + 3 * devicePixelRatio, bbox.top);
    }
    ctx.restore();
  }
}

/** Bars and lines that do not begin at zero tell a story that is not there. */
const fromZero = (_plot: uPlot, _least: number, most: number | null): uPlot.Range.MinMax =>
  most === null || most <= 0 ? [0, 1] : [0, most * 1.08];

/** Names of the legend show and hide their lines; the library knows the mouse only. */
function letKeysToggle(root: HTMLElement): void {
  for (const name of root.querySelectorAll<HTMLElement>('.u-series:not(:first-child) th')) {
    name.tabIndex = 0;
    name.setAttribute('role', 'button');
    name.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      name.click();
    });
  }
}
