/**
 * Shows a form in an editor tab: a page under a strict policy that may load our own script and style and nothing else, and
 * talks to this side only. Knows no noun: who asks says what stands in it and what its values mean.
 */
import * as vscode from 'vscode';
import type { FormJudgement, FormValues, FormView, HostMessage } from '../../protocol/form/form.ts';
import { formStateSchema, pageMessageSchema } from '../../protocol/form/form.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import { pageFolder, toPageHtml } from '../editor/editor.ts';

export interface FormContent {
  /** What it is about, by which it is found again after a reload of the window. */
  readonly subject: string;
  /** Of the tab. */
  readonly name: string;
  readonly view: FormView;
  readonly values: FormValues;
  /** After every change; never rejects. */
  readonly judge: (values: FormValues) => FormJudgement | Promise<FormJudgement>;
  /** A button was pressed. True: it is done and the tab closes. What it throws is shown in the form. */
  readonly press: (button: string, values: FormValues) => Promise<boolean>;
}

const viewType = 'waggle.form';

/** One tab for each call. */
export function openForm(extensionUri: vscode.Uri, content: FormContent): void {
  const panel = vscode.window.createWebviewPanel(
    viewType,
    content.name,
    vscode.ViewColumn.Active,
    optionsFor(extensionUri),
  );
  fill(panel, extensionUri, content);
}

/** Forms that were open when the window was reloaded; `find` gives undefined for what does not exist any more. */
export function restoreForms(
  extensionUri: vscode.Uri,
  find: (subject: string) => Promise<FormContent | undefined>,
): Disposable {
  return vscode.window.registerWebviewPanelSerializer(viewType, {
    async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown) {
      const parsed = formStateSchema.safeParse(state);
      const content = parsed.success ? await find(parsed.data.subject) : undefined;
      if (content === undefined) {
        panel.dispose();
        return;
      }
      panel.webview.options = optionsFor(extensionUri);
      fill(panel, extensionUri, content);
    },
  });
}

function optionsFor(extensionUri: vscode.Uri): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [pageFolder(extensionUri)] };
}

function fill(panel: vscode.WebviewPanel, extensionUri: vscode.Uri, content: FormContent): void {
  const { view, values, subject } = content;
  const owned = new DisposableStore();
  const post = (message: HostMessage): void => void panel.webview.postMessage(message);
  let round = 0;
  const judge = async (typed: FormValues): Promise<void> => {
    round += 1;
    const own = round;
    const judgement = await content.judge(typed);
    // What was typed meanwhile is judged by its own round.
    if (own === round) post({ type: 'judge', judgement });
  };
  const press = async (button: string, typed: FormValues): Promise<void> => {
    post({ type: 'state', isBusy: true, problem: '' });
    try {
      if (await content.press(button, typed)) {
        panel.dispose();
        return;
      }
      post({ type: 'state', isBusy: false, problem: '' });
    } catch (error) {
      post({ type: 'state', isBusy: false, problem: describeProblem(error) });
    }
  };
  owned.add(panel);
  owned.add(panel.onDidDispose(() => owned.dispose()));
  owned.add(
    panel.webview.onDidReceiveMessage((message: unknown) => {
      const parsed = pageMessageSchema.safeParse(message);
      if (!parsed.success) return;
      const { data } = parsed;
      if (data.type === 'ready') post({ type: 'show', view, values, subject });
      else if (data.type === 'changed') void judge(data.values);
      else void press(data.button, data.values);
    }),
  );
  const files = { extensionUri, style: 'form.css', script: 'form.js' };
  panel.webview.html = toPageHtml(panel.webview, files, '<main></main>');
}

function describeProblem(error: unknown): string {
  const fix = error instanceof WaggleError ? error.fix : undefined;
  return [errorMessageOf(error), fix].filter(Boolean).join(' ').slice(0, 1000);
}
