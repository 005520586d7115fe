import type { Clock } from '../../nodes/shared/time/pause';

export interface VirtualClock extends Clock {
	/** Length of every sleep, in order. */
	readonly sleeps: number[];
	/** How many sleeps were asleep at the same time at most. */
	readonly mostAsleep: number;
	/** Something that happens at a point of time, whoever sleeps then. */
	at(ms: number, happens: () => void): void;
	/** Lets time pass without a sleep, as a slow answer does. */
	pass(ms: number): void;
}

/** Time that starts at zero and passes only in sleeps, at once. */
export function virtualClock(): VirtualClock {
	let time = 0;
	let asleep = 0;
	let mostAsleep = 0;
	const sleeps: number[] = [];
	let events: Array<{ ms: number; happens: () => void }> = [];
	const pass = (ms: number) => {
		time += ms;
		const due = events.filter((event) => event.ms <= time);
		events = events.filter((event) => event.ms > time);
		for (const event of due) event.happens();
	};
	return {
		now: () => time,
		async sleep(ms) {
			asleep++;
			mostAsleep = Math.max(mostAsleep, asleep);
			sleeps.push(ms);
			await Promise.resolve();
			asleep--;
			pass(ms);
		},
		sleeps,
		get mostAsleep() {
			return mostAsleep;
		},
		at: (ms, happens) => events.push({ ms, happens }),
		pass,
	};
}
