/** The one way out of the page. The editor's object is taken once and handed to nobody. */
import type { FromPage, PageState } from '../../protocol/chat/chatPage.ts';

interface EditorApi {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: PageState): void;
}

declare function acquireVsCodeApi(): EditorApi;

let api: EditorApi | undefined;

function getApi(): EditorApi {
  api ??= acquireVsCodeApi();
  return api;
}

export function post(message: FromPage): void {
  getApi().postMessage(message);
}

export function keepState(state: PageState): void {
  getApi().setState(state);
}
