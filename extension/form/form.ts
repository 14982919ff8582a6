/**
 * Shows a form in an editor tab: a page under a strict policy that may load our own script and style and nothing else, and
 * talks to this side only. Knows no noun: who asks says what stands in it and what its values mean.
 */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { FormJudgement, FormValues, FormView, HostMessage } from '../../protocol/form/form.ts';
import { formStateSchema, pageMessageSchema } from '../../protocol/form/form.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';

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
const assets = ['dist', 'extension', 'page'] as const;

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
  return { enableScripts: true, localResourceRoots: [rootOf(extensionUri)] };
}

function rootOf(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, ...assets);
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
  panel.webview.html = describePage(panel.webview, rootOf(extensionUri));
}

function describeProblem(error: unknown): string {
  const fix = error instanceof WaggleError ? error.fix : undefined;
  return [errorMessageOf(error), fix].filter(Boolean).join(' ').slice(0, 1000);
}

function describePage(webview: vscode.Webview, root: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const style = webview.asWebviewUri(vscode.Uri.joinPath(root, 'form.css')).toString();
  const script = webview.asWebviewUri(vscode.Uri.joinPath(root, 'form.js')).toString();
  const policy = [
    "default-src 'none'",
    `style-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="${style}">
<title></title>
</head>
<body><main></main><script nonce="${nonce}" src="${script}"></script></body>
</html>`;
}
