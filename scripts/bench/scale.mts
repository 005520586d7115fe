// How the cost of waiting grows with the number of jobs, each in an execution of its own: the same
// numbers for each size, for our node and for the loop that is built by hand.
import { installN8n, N8N_VERSION } from '../n8n/install.mts';
import { startSession } from '../n8n/session.mts';
import type { Session, SessionOptions } from '../n8n/session.mts';
import { packPackage } from '../pack.mts';
import { expressionEngines } from './expressionEngines.mts';
import { measure } from './scaleRuns.mts';
import type { Measured, Way } from './scaleRuns.mts';
import { mean, printTable } from './table.mts';

/** Spread evenly, so that the loop and the watcher are met at any moment of their pauses. */
const SHORTEST_SECONDS = 30;
const LONGEST_SECONDS = 60;
/** That do not disturb each other when all ways have them at the same time. */
const FEW = 10;
const WARM_UP = 5;
/** Executions that are not asleep hold some 13 MB each in n8n. */
const MOST_AWAKE = 200;
/** n8n's Wait node sleeps only when it waits for 65 seconds or more. */
const ASLEEP_SECONDS = 70;

interface SizedWay extends Way {
	/** Undefined: this way is left out at this size. */
	waitSeconds(jobs: number): number | undefined;
}

const always = (seconds: number) => () => seconds;

const ways: SizedWay[] = [
	{ name: 'callback', waitStrategy: 'callback', waitSeconds: always(0) },
	{ name: 'watcher', waitStrategy: 'auto', waitSeconds: always(10) },
	{
		name: 'awake',
		waitStrategy: 'polling',
		waitSeconds: (jobs) => (jobs > MOST_AWAKE ? undefined : 10),
	},
	{ name: 'loop by hand', waitSeconds: (jobs) => (jobs > MOST_AWAKE ? ASLEEP_SECONDS : 30) },
];

/** How each n8n is started. */
type Settings = Pick<SessionOptions, 'tarball' | 'env'>;

/** Prints a table for the sizes, and one for videos of these lengths. */
export async function benchScale(
	sizes: number[],
	lengths: number[],
	isLazy: boolean,
): Promise<void> {
	await installN8n(N8N_VERSION, (progress) => console.log(progress));
	const settings = { tarball: await packPackage(), env: expressionEngines(isLazy) };
	if (sizes.length > 0) await compareSizes(settings, sizes);
	if (lengths.length > 0) await compareLengths(settings, lengths);
}

/** A new n8n that has run before, with nothing in its database but that. */
async function inSession<Result>(
	settings: Settings,
	work: (session: Session) => Promise<Result>,
): Promise<Result> {
	const session = await startSession({
		...settings,
		jobSeconds: 600,
		fileFolders: [],
		allowHttpCallbacks: true,
	});
	try {
		await measure(session, ways[0], 0, Array<number>(WARM_UP).fill(1));
		return await work(session);
	} finally {
		await session.close();
	}
}

interface Line extends Measured {
	jobs: number;
	way: string;
	waitSeconds: number;
	isAlone: boolean;
}

async function compareSizes(settings: Settings, sizes: number[]): Promise<void> {
	console.log(
		`Jobs of ${SHORTEST_SECONDS} to ${LONGEST_SECONDS} s, one execution each. Up to ${FEW} jobs all ways ran at the\n` +
			'same time, more of them one way after the other, each in a new n8n.',
	);
	const lines: Line[] = [];
	for (const jobs of sizes) lines.push(...(await linesOf(settings, jobs)));
	printTable([
		['jobs', 'way', 'requests a job', 'video ready → next node, s, mean', '95 % within']
			.concat(['of the loop', 'n8n grew by MB', 'database, KB a job'])
			.concat(['started a second']),
		...lines.map((line) => {
			const loop = lines.findLast(({ jobs }) => jobs === line.jobs) as Line;
			return [
				`${line.jobs}`,
				line.waitSeconds === 0 ? line.way : `${line.way}, ${line.waitSeconds} s`,
				(line.requests / line.jobs).toFixed(2),
				line.meanDelay.toFixed(2),
				line.lateDelay.toFixed(2),
				`${((100 * line.meanDelay) / loop.meanDelay).toFixed(1)} %`,
				line.isAlone ? line.megabytes.toFixed(0) : '',
				line.kilobytes.toFixed(0),
				line.jobsASecond.toFixed(1),
			];
		}),
	]);
	if (sizes.length < 2) return;
	const slopes = ways.flatMap(({ name }) => {
		const own = lines.filter(({ way }) => way === name);
		return own.length > 1 ? [`${name} ${slopeOf(own).toFixed(2)}`] : [];
	});
	console.log(`Requests that one job more costs: ${slopes.join(', ')}\n`);
}

async function linesOf(settings: Settings, jobs: number): Promise<Line[]> {
	const isAlone = jobs > FEW;
	const line = async (session: Session, way: Way, waitSeconds: number): Promise<Line> => {
		const measured = await measure(session, way, waitSeconds, secondsOf(jobs));
		const result = { ...measured, jobs, way: way.name, waitSeconds, isAlone };
		// What has been measured is not lost when a later line fails.
		console.log(JSON.stringify(result));
		return result;
	};
	const used = ways.flatMap((way) => {
		const waitSeconds = way.waitSeconds(jobs);
		return waitSeconds === undefined ? [] : [{ way, waitSeconds }];
	});
	if (!isAlone) {
		return await inSession(settings, async (session) =>
			Promise.all(used.map(async ({ way, waitSeconds }) => await line(session, way, waitSeconds))),
		);
	}
	const lines: Line[] = [];
	for (const { way, waitSeconds } of used) {
		lines.push(await inSession(settings, async (session) => await line(session, way, waitSeconds)));
	}
	return lines;
}

/** By least squares: how many requests one job more costs. */
function slopeOf(lines: Line[]): number {
	const jobs = mean(lines.map((line) => line.jobs));
	const requests = mean(lines.map((line) => line.requests));
	const products = lines.map((line) => (line.jobs - jobs) * (line.requests - requests));
	return mean(products) / mean(lines.map((line) => (line.jobs - jobs) ** 2));
}

function secondsOf(jobs: number): number[] {
	const step = (LONGEST_SECONDS - SHORTEST_SECONDS) / jobs;
	return Array.from({ length: jobs }, (_, index) => SHORTEST_SECONDS + (index + 0.5) * step);
}

async function compareLengths(settings: Settings, lengths: number[]): Promise<void> {
	const jobs = 10;
	console.log(`Requests a job, of ${jobs} jobs, by how long a video takes; all at the same time`);
	const rows = await inSession(settings, async (session) =>
		Promise.all(
			ways.map(async (way) => {
				const measured = lengths.map(async (seconds) => {
					const waitSeconds = way.waitSeconds(jobs) ?? 0;
					return await measure(session, way, waitSeconds, Array<number>(jobs).fill(seconds));
				});
				const requests = (await Promise.all(measured)).map((numbers) => numbers.requests / jobs);
				return [way.name, ...requests.map((count) => count.toFixed(2))];
			}),
		),
	);
	printTable([['', ...lengths.map((seconds) => `${seconds} s`)], ...rows]);
}
