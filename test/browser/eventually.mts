import { setTimeout as pause } from 'node:timers/promises';

/** Repeats the assertion until it holds; the editor draws a moment later than it is clicked. */
export async function eventually(
	assertion: () => Promise<void>,
	milliseconds = 10_000,
): Promise<void> {
	const deadline = Date.now() + milliseconds;
	for (;;) {
		try {
			return await assertion();
		} catch (error) {
			if (Date.now() > deadline) throw error;
			await pause(100);
		}
	}
}
