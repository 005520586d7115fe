import { setTimeout as pause } from 'node:timers/promises';

/** Looks again and again until it is so: often at first, then ten times a second. */
export async function until(
	what: string,
	isSo: () => boolean | Promise<boolean>,
	withinMs = 30_000,
): Promise<void> {
	const end = Date.now() + withinMs;
	for (let ms = 10; !(await isSo()); ms = Math.min(ms * 1.5, 100)) {
		if (Date.now() > end) throw new Error(`Not within ${withinMs / 1000} s: ${what}.`);
		await pause(ms);
	}
}
