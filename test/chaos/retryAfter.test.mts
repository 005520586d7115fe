import fc from 'fast-check';

import { retryAfterMs } from '../../nodes/shared/http/send';
import { runs } from './runs.mts';

const now = Date.parse('2026-01-15T10:00:00Z');
const anHour = 60 * 60 * 1000;

const read = (header: unknown) =>
	retryAfterMs(
		{ status: 429, headers: { 'retry-after': header as string }, body: {}, isJson: true },
		now,
	);

const dates = fc.oneof(
	fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
	fc
		.tuple(
			fc.constantFrom('Thu, ', '', 'Jan ', '-'),
			fc.integer(),
			fc.constantFrom(' Jan ', ' mar ', ' Foo ', ''),
			fc.integer(),
		)
		.map((parts) => `${parts.join('')} 10:00:00 GMT`),
);

const numbers = fc.oneof(
	fc.bigInt().map(String),
	fc.double().map(String),
	fc.stringMatching(/^[\d.e+-]{0,320}$/),
);

it('any Retry-After is a time of an hour at most, or says nothing', () => {
	const headers = fc.oneof(fc.string({ unit: 'binary' }), dates, numbers, fc.jsonValue());
	fc.assert(
		fc.property(headers, (header) => {
			const ms = read(header);
			if (ms === undefined) return;
			expect(ms).toBeGreaterThanOrEqual(0);
			expect(ms).toBeLessThanOrEqual(anHour);
		}),
		runs(1000),
	);
});

it('whole seconds, and dates to come, are taken for what they are', () => {
	fc.assert(
		fc.property(fc.nat({ max: 3600 }), fc.boolean(), (seconds, isDate) => {
			const date = new Date(now + seconds * 1000).toUTCString();
			expect(read(isDate ? date : String(seconds))).toBe(seconds * 1000);
		}),
		runs(200),
	);
});
