/** Where a part of the extension says what it does. The message is a constant, variables are fields. */
export interface Log {
  debug(message: string, ...fields: unknown[]): void;
  info(message: string, ...fields: unknown[]): void;
  warn(message: string, ...fields: unknown[]): void;
  error(message: string, ...fields: unknown[]): void;
}
