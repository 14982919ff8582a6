/** Finding words in everything that is kept. */
export { searchEverything } from './searching.ts';
