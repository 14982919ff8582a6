/** A screen thread that answers, unless it is asked to stall: then it is busy for good. */
import { parentPort } from 'node:worker_threads';
import type { ScreenAnswer, ScreenTask } from '../../daemon/screen/request.ts';

parentPort?.on('message', ({ request: { pieces, size } }: ScreenTask) => {
  const [piece] = pieces;
  const text = piece?.kind === 'output' ? new TextDecoder().decode(piece.bytes) : '';
  while (text === 'stall') continue;
  const made = { seq: text.length, size, snapshot: undefined, approximate: false };
  const answer: ScreenAnswer = { kind: 'made', made };
  parentPort?.postMessage(answer);
});
