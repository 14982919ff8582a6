/**
 * The program of the screen thread: one request after the other, nothing kept in between. Loads
 * nothing but the parser and what writes its state down, because its memory is the daemon's.
 */
import { parentPort } from 'node:worker_threads';
import { makeScreen } from './making.ts';
import type { ScreenAnswer, ScreenRequest } from './request.ts';

function answer(request: ScreenRequest): ScreenAnswer {
  try {
    return { kind: 'made', made: makeScreen(request) };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : 'unknown' };
  }
}

parentPort?.on('message', (request: ScreenRequest) => parentPort?.postMessage(answer(request)));
