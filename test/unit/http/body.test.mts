import { setTimeout as pause } from 'node:timers/promises';
import { Readable } from 'node:stream';

import { readBody } from '../../../nodes/shared/http/body';

const limits = { maxBytes: 10, timeoutMs: 60_000 };

/** One chunk for each entry; a number is a pause in milliseconds. */
const streamOf = (...chunks: Array<Buffer | string | number>) =>
	Readable.from(
		(async function* () {
			for (const chunk of chunks) {
				if (typeof chunk === 'number') await pause(chunk);
				else yield Buffer.from(chunk as string);
			}
		})(),
		{ objectMode: false },
	);

it.each([
	[[], ''],
	[['text'], 'text'],
	[['0123', '456789'], '0123456789'],
	[['\ufeff{}'], '{}'],
	// A character may be cut between two chunks.
	[[Buffer.from('🦊').subarray(0, 2), Buffer.from('🦊').subarray(2)], '🦊'],
])('%j is read as %j', async (chunks, text) => {
	expect(await readBody(streamOf(...chunks), limits)).toBe(text);
});

it('a body that is too long is left unread', async () => {
	let sent = 0;
	const endless = new Readable({
		highWaterMark: 4,
		read() {
			sent += 4;
			this.push('xxxx');
		},
	});
	expect(await readBody(endless, limits)).toBeUndefined();
	expect(endless.destroyed).toBe(true);
	expect(sent).toBeLessThan(40);
});

it('a body that breaks off is an error, with its code', async () => {
	const broken = new Readable({ read: () => undefined });
	broken.push('x');
	setImmediate(() => broken.destroy(Object.assign(new Error('cut'), { code: 'ECONNRESET' })));
	await expect(readBody(broken, limits)).rejects.toMatchObject({ code: 'ECONNRESET' });
});

it('a body that drips is waited for as long as was said, and no longer', async () => {
	const drips = new Readable({ read: () => undefined });
	const timer = setInterval(() => drips.push('.'), 20);
	try {
		const reading = readBody(drips, { maxBytes: 1000, timeoutMs: 100 });
		await expect(reading).rejects.toMatchObject({ code: 'ETIMEDOUT' });
	} finally {
		clearInterval(timer);
	}
	expect(drips.destroyed).toBe(true);
});

it('no timeout is too long for a timer', async () => {
	const reading = readBody(streamOf('x', 20, 'y'), { maxBytes: 10, timeoutMs: 1e12 });
	expect(await reading).toBe('xy');
});
