/** Notices a connection that stays open although nobody is at its other end any more, as after a change of networks. */
import type WebSocket from 'ws';

/** When nothing came for a quarter of `limitMs` it is asked for a sign of life; after `limitMs` it is over. */
export function endWhenSilent(socket: WebSocket, limitMs: number): void {
  let heardAt = performance.now();
  const hear = (): void => {
    heardAt = performance.now();
  };
  const timer = setInterval(() => {
    const silentMs = performance.now() - heardAt;
    if (silentMs > limitMs) socket.terminate();
    else if (silentMs > limitMs / 4 && socket.readyState === socket.OPEN) socket.ping();
  }, limitMs / 8);
  timer.unref();
  socket.on('message', hear).on('ping', hear).on('pong', hear);
  socket.on('close', () => clearInterval(timer));
}
