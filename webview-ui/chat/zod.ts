/** Loaded before any schema is made: compiled validators are code made from text, which the page forbids. */
import { z } from 'zod';

z.config({ jitless: true });
