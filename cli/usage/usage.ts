/** What agents used, what they may use, and what it costs. */
export { changeCeiling } from './ceiling.ts';
export { changePrice } from './price.ts';
export { showUsage } from './showing.ts';
