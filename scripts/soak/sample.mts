import { evaluate, inspect } from '../bench/inspector.mts';
import type { Ask } from '../bench/inspector.mts';

/** A process of n8n. */
export interface Process {
	name: string;
	logFile: string;
}

/** What a process holds after a garbage collection, while it has nothing to do. */
export interface Sample {
	/** In MB. */
	held: number;
	resident: number;
	timers: number;
	/** Sockets, pipes, files and what else keeps a process alive. */
	handles: number;
	/** Entries of all the caches of this package. */
	cached: number;
	/** Sleeps of which something in the process still knows. */
	sleeps: number;
}

/** Each class of ours that keeps something, and the private field in which it does. */
const KEEPERS = [
	{ file: 'time/expiringCache.js', name: 'ExpiringCache', field: '#kept' },
	{ file: 'callback/once.js', name: 'OnceOnly', field: '#entries' },
];

export async function sampleOf({ logFile }: Process): Promise<Sample> {
	return await inspect(logFile, async (ask) => {
		await ask('HeapProfiler.enable');
		await ask('HeapProfiler.collectGarbage');
		const { rss, heapUsed, external } = await evaluate<NodeJS.MemoryUsage>(
			ask,
			'process.memoryUsage()',
		);
		const active = await evaluate<string[]>(ask, 'process.getActiveResourcesInfo()');
		const isTimer = (what: string) => ['Timeout', 'Immediate'].includes(what);
		const cached = await Promise.all(
			KEEPERS.map(async (keeper) => {
				const sizes = await eachOf(
					ask,
					keeper,
					async (object) => await sizeOf(ask, object, keeper),
				);
				return sizes.reduce((sum, size) => sum + size, 0);
			}),
		);
		const sleeps = await eachOf(ask, { file: 'sleep/sleep.js', name: 'Sleep' }, async () => 1);
		return {
			held: (heapUsed + external) / 2 ** 20,
			resident: rss / 2 ** 20,
			timers: active.filter(isTimer).length,
			handles: active.filter((what) => !isTimer(what)).length,
			cached: cached.reduce((sum, count) => sum + count, 0),
			sleeps: sleeps.length,
		};
	});
}

/** Lets the clock of a process go forward; it was started with `movedClock.js`. */
export async function moveClockOf({ logFile }: Process, milliseconds: number): Promise<void> {
	await inspect(logFile, async (ask) => {
		await ask('Runtime.evaluate', { expression: `moveClock(${milliseconds})` });
	});
}

/** Looks at every object of a class of this package that is alive in the process. */
async function eachOf<Seen>(
	ask: Ask,
	{ file, name }: { file: string; name: string },
	look: (objectId: string) => Promise<Seen>,
): Promise<Seen[]> {
	const modules = 'Object.entries(process.mainModule.constructor._cache)';
	const found = `${modules}.find(([path]) => path.endsWith('/shared/${file}'))?.[1].exports`;
	const { result: prototype } = await ask('Runtime.evaluate', {
		expression: `${found}?.${name}.prototype`,
	});
	// A process that has not run a node of ours yet has not loaded them.
	if (!prototype?.objectId) return [];
	const { objects } = await ask('Runtime.queryObjects', { prototypeObjectId: prototype.objectId });
	const { result: properties = [] } = await ask('Runtime.getProperties', {
		objectId: objects?.objectId,
		ownProperties: true,
	});
	const ids = properties.filter(({ name: key }) => /^\d+$/.test(key));
	const seen: Seen[] = [];
	for (const { value } of ids) if (value?.objectId) seen.push(await look(value.objectId));
	await ask('Runtime.releaseObject', { objectId: objects?.objectId });
	return seen;
}

async function sizeOf(ask: Ask, objectId: string, { field }: { field: string }): Promise<number> {
	const { privateProperties = [] } = await ask('Runtime.getProperties', {
		objectId,
		ownProperties: true,
	});
	const kept = privateProperties.find(({ name }) => name === field)?.value;
	if (!kept?.objectId) throw new Error(`There is no ${field} any more.`);
	const { result } = await ask('Runtime.callFunctionOn', {
		objectId: kept.objectId,
		functionDeclaration: 'function () { return this.size; }',
		returnByValue: true,
	});
	return Number(result?.value);
}
