/** The frame of a page. Scripts run by their nonce alone, nothing is loaded but our own files, forms lead nowhere. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** What the pages are built into. */
export function pageFolder(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist', 'extension', 'page');
}

export interface PageFiles {
  readonly extensionUri: vscode.Uri;
  readonly style: string;
  readonly script: string;
}

/** `body` is markup of ours, never of anybody else. */
export function toPageHtml(
  webview: vscode.Webview,
  { extensionUri, style, script }: PageFiles,
  body: string,
): string {
  const addressOf = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(pageFolder(extensionUri), name)).toString();
  const nonce = randomBytes(24).toString('base64url');
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    'img-src data:',
    "form-action 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${addressOf(style)}">
<title></title>
</head>
<body>
${body}
<script nonce="${nonce}" src="${addressOf(script)}"></script>
</body>
</html>`;
}
