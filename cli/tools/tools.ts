/** Access for agents that are started elsewhere: given, checked and taken away in their own configuration files. */
export { askYes } from './asking.ts';
export { checkTools } from './check.ts';
export { accessContextOf } from './choosing.ts';
export { printHeaders } from './headers.ts';
export { installTools } from './install.ts';
export { removeTools } from './remove.ts';
export { revokeToken } from './revoking.ts';
