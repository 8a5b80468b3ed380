import type { Response } from 'express';

/**
 * Calls back once, when the connection is done with the answer and so is the handler: of a caller that hangs up, the
 * status is known only when the handler has ended. `answered` is false when that was after the caller had left.
 */
export function onAnswerEnd(response: Response, over: (end: { answered: boolean }) => void): void {
  let isLeft = false;
  // After a hang-up, Node tells of the answer's end by no event.
  response.end = new Proxy(response.end.bind(response), {
    apply: (end, _self, given) => {
      const ended: unknown = Reflect.apply(end, response, given);
      if (isLeft) {
        isLeft = false;
        over({ answered: false });
      }
      return ended;
    },
  });
  response.once('close', () => {
    if (response.writableEnded) over({ answered: response.writableFinished });
    else isLeft = true;
  });
}
