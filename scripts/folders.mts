import { join } from 'node:path';

/** The repository. */
export const ROOT = join(import.meta.dirname, '..');

/** Everything that is made and kept between runs; never committed. */
export const CACHE = join(ROOT, '.cache');
