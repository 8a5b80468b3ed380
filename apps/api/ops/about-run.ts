/** A message about one run: the log's line has the run in a field of its own, so that all that is said of it is found. */
export class AboutRun {
  constructor(
    readonly run: string,
    readonly message: string,
  ) {}
}
