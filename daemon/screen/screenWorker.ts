/**
 * The program of the screen thread: one request after the other, nothing kept in between. Loads
 * nothing but the parser and what writes its state down, because its memory is the daemon's.
 */
import { parentPort } from 'node:worker_threads';
import { askScreen } from './asking.ts';
import { makeScreen } from './making.ts';
import type { ScreenAnswer, ScreenTask } from './request.ts';

function answer({ kind, request }: ScreenTask): ScreenAnswer {
  try {
    if (kind === 'ask') return { kind: 'asked', replies: askScreen(request) };
    return { kind: 'made', made: makeScreen(request) };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : 'unknown' };
  }
}

parentPort?.on('message', (task: ScreenTask) => parentPort?.postMessage(answer(task)));
