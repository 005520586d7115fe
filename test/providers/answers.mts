import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { VideoProvider, WireResponse } from '../../nodes/shared/types';
import { answer } from './neutral.mts';

/** The documented answers that every provider must have a fixture of. */
export const cases = ['submit', 'running', 'completed', 'failed', 'refused'] as const;

/** The cases of a provider; one with a result call has a second answer for those that ended. */
export const casesOf = (provider: VideoProvider): string[] =>
	provider.result ? [...cases, 'completed.result', 'failed.result'] : [...cases];

const pathOf = (provider: VideoProvider, name: string) =>
	join(__dirname, provider.id, 'answers', `${name}.json`);

export const hasFixture = (provider: VideoProvider, name: string) =>
	existsSync(pathOf(provider, name));

/** A documented answer with invented data. */
export function fixture(provider: VideoProvider, name: string): WireResponse {
	const { status, body, headers } = JSON.parse(readFileSync(pathOf(provider, name), 'utf8')) as {
		status: number;
		body: object;
		headers?: Record<string, string>;
	};
	return answer(status, body, headers);
}

/** What a look at a job comes to: the status answer and, where that is not all, the result's. */
export function stateOf(provider: VideoProvider, name: string) {
	const state = provider.status.parse(fixture(provider, name));
	if (state.status !== 'settled' || !provider.result) return state;
	return provider.result.parse(fixture(provider, `${name}.result`), state);
}

const replaced = (value: unknown, key: string, by: unknown): unknown => {
	if (Array.isArray(value)) return value.map((entry) => replaced(entry, key, by));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, entry]) => [
			name,
			name === key ? by : replaced(entry, key, by),
		]),
	);
};

/** The same answer with another value under a key, however deep; undefined leaves the key out. */
export const withValue = (response: WireResponse, key: string, by: unknown): WireResponse => ({
	...response,
	body: JSON.parse(JSON.stringify(replaced(response.body, key, by))),
});
