import type { Request, Response } from 'express';
import { streamText, type TextAnswer } from './stream-text.js';

/** A page is shown as it is: it has its own policy and runs no script, whatever stands in the names it shows. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

export async function answerPage(page: TextAnswer, request: Request, response: Response): Promise<void> {
  response.set('content-security-policy', POLICY);
  await streamText(page, request, response);
}
