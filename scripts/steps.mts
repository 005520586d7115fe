export interface Step {
	title: string;
	run(): Promise<void>;
}

/** Thrown by a step for which this machine lacks something; the steps behind it still run. */
export class CannotRun extends Error {}

export interface Outcome {
	title: string;
	mark: '✔' | '✘' | '–';
	/** How long it took, or why it did not run. */
	note: string;
}

const RED = '\u001b[31m';
const PLAIN = '\u001b[0m';

/** Runs one step after the other, up to the first that fails. */
export async function runSteps(steps: Step[]): Promise<Outcome[]> {
	const outcomes: Outcome[] = [];
	let failed = false;
	for (const { title, run } of steps) {
		if (failed) {
			outcomes.push({ title, mark: '–', note: 'did not run' });
			continue;
		}
		const started = Date.now();
		const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
		console.log(`\n▶ ${title}`);
		try {
			await run();
			outcomes.push({ title, mark: '✔', note: seconds() });
			console.log(`✔ ${title} (${seconds()})`);
		} catch (error) {
			const { message } = error as Error;
			const cannotRun = error instanceof CannotRun;
			failed = !cannotRun;
			if (cannotRun) outcomes.push({ title, mark: '–', note: `did not run: ${message}` });
			else outcomes.push({ title, mark: '✘', note: seconds() });
			console.error(`${cannotRun ? '–' : '✘'} ${title}: ${message}`);
		}
	}
	return outcomes;
}

/** A table with a line for each step, red where it has not succeeded. */
export function printOutcomes(outcomes: Outcome[]): void {
	const width = Math.max(...outcomes.map(({ title }) => title.length));
	console.log();
	for (const { title, mark, note } of outcomes) {
		const line = `${mark} ${title.padEnd(width)}   ${note}`;
		console.log(mark === '✔' ? line : `${RED}${line}${PLAIN}`);
	}
}
