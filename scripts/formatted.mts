import { createRequire } from 'node:module';

import type { Options } from 'prettier';
import * as babel from 'prettier/plugins/babel';
import * as estree from 'prettier/plugins/estree';
import { format } from 'prettier/standalone';

const style = createRequire(import.meta.url)('../.prettierrc.js') as Options;

/** A value as `npm run format` would leave it in a JSON file. */
export const formatted = async (value: unknown): Promise<string> =>
	await format(JSON.stringify(value), { ...style, parser: 'json', plugins: [babel, estree] });
