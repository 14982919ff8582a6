/**
 * Imported before anything that makes a schema: a command checks a few messages and ends, so that turning each schema
 * into code of its own costs more than it saves.
 */
import { z } from 'zod';

z.config({ jitless: true });
