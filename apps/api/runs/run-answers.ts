import type { Response } from 'express';
import type { Run } from '#libs/contract/run.js';
import { answerMade } from '../http/idempotency.js';
import type { Created } from './runs.service.js';

/** 201 with Location; a replayed call says so and is the same otherwise. */
export function answerCreated({ run, replayed }: Created, response: Response): Run {
  answerMade(response, `/v1/runs/${run.id}`, replayed);
  return run;
}

/** 200 when the run has ended, 202 when executors still have to stop. */
export function answerCancelled({ run, ended }: { run: Run; ended: boolean }, response: Response): Run {
  response.status(ended ? 200 : 202);
  return run;
}
