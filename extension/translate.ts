/** Words for people. Code that must run without the editor receives this function instead of `vscode.l10n`. */
export type Translate = (message: string, ...values: readonly (string | number)[]) => string;

/** The English words as they stand in the source, placeholders `{0}`, `{1}` filled in. */
export const inEnglish: Translate = (message, ...values) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
