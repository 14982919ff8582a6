/** The edge of the page: takes the editor's messages, draws at most twice per frame, and says that it lives. */
import './zod.ts';
import { render } from 'preact';
import { toPageSchema } from '../../protocol/chat/chatPage.ts';
import type { ToPage } from '../../protocol/chat/chatPage.ts';
import { Announcer } from './announcer.ts';
import './chat.css';
import { createHold } from './hold.ts';
import { keepState, post } from './host.ts';
import { ChatModel } from './model.ts';
import { Page } from './page.tsx';

function need(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no ${id}.`);
  return found;
}

performance.mark('waggle.began');
const root = need('root');
const announcer = new Announcer(need('announcer'));
const page = createHold<Page>();
let model: ChatModel | undefined;
let version = 0;
let isDrawing = false;
/** Since the last frame. */
let isDrawn = false;
let focused: Element | null = null;

function draw(): void {
  isDrawing = false;
  if (model === undefined) return;
  version += 1;
  render(<Page self={page} model={model} version={version} />, root);
  // What had the focus is gone: who pressed it goes on writing.
  if (focused === null || focused.isConnected) return;
  focused = null;
  focusComposer();
}

function drawSoon(): void {
  if (isDrawing) return;
  isDrawing = true;
  // A page that is not seen has no frames, and must not fall behind.
  if (document.visibilityState !== 'visible') setTimeout(draw, 100);
  else if (isDrawn) requestAnimationFrame(draw);
  else {
    // What comes first is there when the frame begins; what follows it waits for the next one.
    isDrawn = true;
    requestAnimationFrame(() => {
      isDrawn = false;
    });
    queueMicrotask(draw);
  }
}

function keep(): void {
  if (model === undefined) return;
  keepState({ sessionId: model.opened.sessionId, revision: model.journal.revision });
}

function open(message: Extract<ToPage, { type: 'opened' }>): void {
  model = new ChatModel(message, {
    post,
    changed: drawSoon,
    announce: (text) => announcer.say(text),
    now: () => performance.now(),
  });
  render(null, root);
  draw();
  keep();
  focusComposer();
  requestAnimationFrame(() => setTimeout(() => performance.mark('waggle.drawn')));
}

function act(what: Extract<ToPage, { type: 'act' }>['what']): void {
  const shown = page.current;
  if (what === 'find') shown?.find();
  else if (what === 'focus') shown?.focusComposer();
  else if (what === 'permission') shown?.focusPermission();
  else void shown?.toLastPrompt();
}

function take(message: ToPage): void {
  if (message.type === 'ping') post({ type: 'pong' });
  else if (message.type === 'opened') open(message);
  else if (message.type === 'act') act(message.what);
  else if (message.type === 'reveal') reveal(message.position);
  else {
    model?.take(message);
    if (message.type !== 'appended') keep();
  }
}

function reveal(position: number | null): void {
  if (position !== null) page.current?.reveal(position);
}

/** Who comes to the page writes; what has the focus in it keeps it. */
function focusComposer(): void {
  const isFree = document.activeElement === document.body;
  if (isFree && document.hasFocus()) page.current?.focusComposer();
}

function report(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  post({ type: 'broken', text: text.slice(0, 4000) });
}

window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const parsed = toPageSchema.safeParse(data);
  if (parsed.success) take(parsed.data);
  else report(parsed.error);
});
window.addEventListener('error', ({ error }) => report(error));
window.addEventListener('unhandledrejection', ({ reason }) => report(reason));
// Nothing that is dropped beside the place for it replaces the page.
window.addEventListener('dragover', (event) => event.preventDefault());
window.addEventListener('drop', (event) => event.preventDefault());
window.addEventListener('focus', focusComposer);
// Of what stands beside the text field. What stands in a row may be drawn anew while the editor shows something else.
document.addEventListener('focusin', () => {
  const isBelow = document.activeElement?.closest('.below') !== null;
  focused = isBelow ? document.activeElement : null;
});

post({ type: 'ready' });
