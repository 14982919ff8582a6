import type { Desktop } from './desktop.ts';

/** Plain text; whatever a platform reads as markup is escaped here. */
export interface SystemNotice {
  readonly title: string;
  /** May have several lines. */
  readonly body: string;
  readonly urgency: 'low' | 'normal';
  /** What a click does, in a word of the person's language. */
  readonly openLabel: string;
  /** With the platform's sound for messages; absent: as the platform does by itself. */
  readonly sound?: boolean;
  /** Where the platform itself opens what was clicked. */
  readonly link?: string;
}

export interface NotifierOptions {
  /** As it is now: a window may bring the environment of a desktop later. */
  readonly findDesktop: () => Desktop;
  /** A sentence for the log. */
  readonly onFailure: (reason: string) => void;
}
