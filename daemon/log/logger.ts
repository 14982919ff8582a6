/** Loggers that write one JSON object per line: time, level, message, fields. */
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { LogFields, LogLevel, Logger } from '../context.ts';
import type { Redactor } from './redactor.ts';
import { openRotatedFile } from './rotatedFile.ts';

const logFileBytes = 10 * 1024 * 1024;
const logFiles = 5;
const fieldMaxChars = 4096;
const levels: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error'];

/** `info` unless it names a level. */
export function parseLogLevel(text: string | undefined): LogLevel {
  return levels.find((level) => level === text) ?? 'info';
}

export interface LogOptions {
  readonly path: string;
  /** Lines below it are not written. */
  readonly level: LogLevel;
  readonly redactor: Redactor;
  readonly maxBytes?: number;
  readonly files?: number;
  readonly now?: () => number;
}

export interface RootLogger extends Logger, Disposable {}

type WriteLine = (level: LogLevel, message: string, fields: LogFields) => void;

/** Opens the file (0600, no links followed). */
export function createLogger(options: LogOptions): RootLogger {
  const { path, level, redactor, now = Date.now } = options;
  const file = openRotatedFile({
    path,
    maxBytes: options.maxBytes ?? logFileBytes,
    files: options.files ?? logFiles,
  });
  const threshold = levels.indexOf(level);
  const write: WriteLine = (lineLevel, message, fields) => {
    if (levels.indexOf(lineLevel) < threshold) return;
    const at = new Date(now()).toISOString();
    file.append(`${redactor.redact(toJsonLine({ at, level: lineLevel, message, ...fields }))}\n`);
  };
  return { ...loggerOver(write, {}), dispose: () => file.dispose() };
}

/** For what is built without a log, tests foremost. */
export const silentLogger: Logger = loggerOver(() => undefined, {});

function loggerOver(write: WriteLine, inherited: LogFields): Logger {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void =>
      write(level, message, { ...inherited, ...fields });
  return {
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => loggerOver(write, { ...inherited, ...fields }),
  };
}

/** Never throws: what JSON cannot hold is named by its type. */
function toJsonLine(line: LogFields): string {
  const seen = new Set<unknown>();
  return JSON.stringify(line, (_key, value: unknown) => {
    if (value instanceof Error) return describeError(value);
    if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
    if (typeof value === 'string' && value.length > fieldMaxChars)
      return `${value.slice(0, fieldMaxChars)}…`;
    if (typeof value !== 'object' || value === null) return value;
    if (seen.has(value)) return '[seen above]';
    seen.add(value);
    return value;
  });
}

function describeError(error: Error): Record<string, unknown> {
  return {
    name: error.name,
    message: error.message,
    ...(error instanceof WaggleError ? { code: error.code, details: error.details } : {}),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  };
}
