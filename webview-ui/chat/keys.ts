interface KeyPressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly isComposing: boolean;
}

/** The key alone, and not while characters are being composed. */
export function isPlainKey(event: KeyPressed, key: string): boolean {
  const { ctrlKey, metaKey, altKey, shiftKey, isComposing } = event;
  return event.key === key && !ctrlKey && !metaKey && !altKey && !shiftKey && !isComposing;
}
