/** One thing that doctor looked at. */

export interface Check {
  readonly name: string;
  /** `warning`: works, but worth knowing. */
  readonly status: 'ok' | 'warning' | 'failed';
  /** What was found; one line. */
  readonly text: string;
  /** The one thing to do. */
  readonly fix?: string;
}

export function passed(name: string, text: string): Check {
  return { name, status: 'ok', text };
}

export function warned(name: string, text: string, fix?: string): Check {
  return { name, status: 'warning', text, ...(fix === undefined ? {} : { fix }) };
}

export function failed(name: string, text: string, fix?: string): Check {
  return { name, status: 'failed', text, ...(fix === undefined ? {} : { fix }) };
}
