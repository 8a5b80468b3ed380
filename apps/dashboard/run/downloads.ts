import type { Connection, Run, Schemas } from '../connection.js';
import { type Child, el, fill } from '../element.js';
import { formatBytes, shortId } from '../format.js';
import { hasEnded } from '../badges.js';

interface Offer {
  text: string;
  path: string;
  filename: string;
  /** Shown by the browser where it can be. */
  opens?: boolean;
}

const KINDS_WITHOUT_INTERVALS: ReadonlySet<string> = new Set(['suite', 'search']);

/** Everything of a run that can be taken away. */
export class Downloads {
  private readonly list = el('ul', { class: 'downloads' });
  private readonly files = el('ul', { class: 'downloads' });
  private readonly filesHead = el('h3', { hidden: true }, 'Files that it has left');
  readonly element = el('section', {}, el('h2', {}, 'Take away'), this.list, this.filesHead, this.files);

  constructor(
    private readonly connection: Connection,
    private readonly attempt: (work: () => Promise<void>) => Promise<void>,
  ) {}

  show(run: Run, artifacts: readonly Schemas['Artifact'][]): void {
    const base = `v1/runs/${encodeURIComponent(run.id)}`;
    const name = `${run.kind}-${shortId(run.id)}`;
    const hasIntervals = !KINDS_WITHOUT_INTERVALS.has(run.kind);
    const offers: (Offer | false)[] = [
      hasEnded(run) && { text: 'Report (HTML)', path: `${base}/report`, filename: `${name}.html`, opens: true },
      hasIntervals && { text: 'Histograms (HDR log)', path: `${base}/hdr`, filename: `${name}.hdr` },
      hasIntervals && { text: 'Intervals (CSV)', path: `${base}/report.csv`, filename: `${name}.csv` },
      { text: 'Everything (JSON)', path: `${base}/report.json`, filename: `${name}.json` },
      { text: 'Text output', path: `${base}/stdout`, filename: `${name}.txt` },
    ];
    fill(
      this.list,
      offers.map((offer) => offer !== false && el('li', {}, this.link(offer))),
    );
    this.filesHead.hidden = artifacts.length === 0;
    fill(
      this.files,
      artifacts.map((artifact) => this.fileOf(base, artifact)),
    );
  }

  private fileOf(base: string, { name, type, bytes }: Schemas['Artifact']): Child {
    const path = `${base}/artifacts/${encodeURIComponent(name)}`;
    return el(
      'li',
      {},
      this.link({ text: name, path, filename: name }),
      el('span', { class: 'quiet' }, ` ${formatBytes(bytes)}, ${type}`),
    );
  }

  /** A plain link where no key is needed; with a key the page fetches the file itself, since a link can carry none. */
  private link({ text, path, filename, opens }: Offer): HTMLElement {
    const href = this.connection.url(path);
    const own = opens === true ? { target: '_blank', rel: 'noopener' } : { download: filename };
    const fetched = (event: Event) => {
      if (this.connection.key === null) return;
      event.preventDefault();
      void this.attempt(() => this.save(path, filename));
    };
    return el('a', { href, ...own, on: { click: fetched } }, text);
  }

  private async save(path: string, filename: string): Promise<void> {
    const response = await this.connection.fetch(path);
    const url = URL.createObjectURL(await response.blob());
    el('a', { href: url, download: filename }).click();
    URL.revokeObjectURL(url);
  }
}
