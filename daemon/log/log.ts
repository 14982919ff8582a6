/**
 * The daemon's log: JSON lines, rotated by size, closed to others, with known secrets replaced. Constant messages with
 * fields; deliberately no formats, no transports and no terminal bytes.
 */
export { createLogger, parseLogLevel, silentLogger } from './logger.ts';
export type { Redactor } from './redactor.ts';
export { createRedactor } from './redactor.ts';
