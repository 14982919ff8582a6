/**
 * Must be loaded before any schema is made: compiled validators ask for `navigator`, which the extension host reports as
 * an error of this extension.
 */
import { z } from 'zod';

z.config({ jitless: true });
