import { retryAfterMs } from '../../../nodes/shared/http/send';

const now = Date.parse('2026-01-15T10:00:00Z');

const read = (value: unknown) => {
	const headers = value === undefined ? {} : { 'retry-after': value as string };
	return retryAfterMs({ status: 429, headers, body: {}, isJson: true }, now);
};

it.each([
	['0', 0],
	['1', 1000],
	['120', 120_000],
	[' 7 ', 7000],
	['Thu, 15 Jan 2026 10:00:30 GMT', 30_000],
	['Thu, 15 Jan 2026 11:00:00 GMT', 3_600_000],
	// A clock or a proxy that is wrong.
	['Fri, 15 Jan 2100 10:00:00 GMT', 3_600_000],
	['9'.repeat(20), 3_600_000],
	// A date that has passed: now.
	['Thu, 15 Jan 2026 09:00:00 GMT', 0],
])('Retry-After: %s is %d ms', (value, ms) => {
	expect(read(value)).toBe(ms);
});

it.each([
	[undefined],
	[''],
	['   '],
	['soon'],
	['60s'],
	['in 60 seconds'],
	['NaN'],
	['Infinity'],
	['9'.repeat(400)],
	[['5', '6']],
	[60],
])('Retry-After: %j says nothing', (value) => {
	expect(read(value)).toBeUndefined();
});

// Taken for dates they would lie in the past, and the next try would come at once.
it.each(['1.5', '0.5', '-1', '-30', '+60', '1e3'])(
	'Retry-After: %s is not taken for a date',
	(value) => {
		expect(read(value)).not.toBe(0);
	},
);
