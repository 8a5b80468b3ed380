import type { DriverEvents } from '#libs/workloads/driver.js';
import type { ProgressFolder } from './file-progress.js';
import type { FileTally } from './file-tally.js';
import { loadedLine } from './load-text.js';
import type { LoadPlace } from './load.place.js';

/** A killed run writes again at most what it had written since the last one. */
const EVERY_MS = 500;

/** Keeps on disk how far the files of a lane are, and their rejected rows, while they are loaded. */
export class Checkpoints {
  private tallies: FileTally[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** Saving takes turns: two at once could put the older state in place of the newer. */
  private saving: Promise<void> = Promise.resolve();

  constructor(
    private readonly folder: ProgressFolder,
    private readonly events: Pick<DriverEvents, 'log'>,
    private readonly place: Pick<LoadPlace, 'files' | 'places' | 'fileCount' | 'shown'>,
  ) {}

  add(tally: FileTally): void {
    this.tallies.push(tally);
  }

  /** `fail` is told when the progress cannot be kept any more. */
  start(fail: (error: unknown) => void): void {
    this.timer = setInterval(() => void this.save().catch(fail), EVERY_MS);
  }

  /** Saves what is decided by now. Throws CodedError OUTPUT_UNWRITABLE, CONFLICT when a file was taken over. */
  finish(): Promise<void> {
    clearInterval(this.timer);
    return this.save();
  }

  private save(): Promise<void> {
    this.saving = this.saving.then(() => this.saveAll());
    return this.saving;
  }

  private async saveAll(): Promise<void> {
    for (const tally of this.tallies) {
      await this.folder.hold(tally.name);
      const lines = tally.takeLines();
      // Decided together with the lines: what is decided while they are written belongs to the next time.
      const progress = tally.progress();
      if (lines !== '') progress.rejectBytes = await this.folder.reject(tally.name, lines);
      tally.rejectBytes = progress.rejectBytes;
      await this.folder.store(progress);
      if (progress.done) this.say(tally);
      if (progress.done) this.tallies = this.tallies.filter((each) => each !== tally);
    }
  }

  private say(tally: FileTally): void {
    const { files, places, fileCount, shown } = this.place;
    const at = places[files.findIndex(({ name }) => name === tally.name)] ?? 0;
    this.events.log('info', loadedLine(tally, at + 1, fileCount, shown));
  }
}
