import { collectGarbage, evaluate, inspect } from '../bench/inspector.mts';
import type { Ask, Memory } from '../bench/inspector.mts';

/** A process of n8n. */
export interface Process {
	name: string;
	logFile: string;
}

/** What a process holds after a garbage collection, while it has nothing to do. */
export interface Sample extends Memory {
	timers: number;
	/** Sockets, pipes, files and what else keeps a process alive. */
	handles: number;
	/** Entries of all the caches of this package. */
	cached: number;
}

/** Each class of ours that keeps something, and the private field in which it does. */
const KEEPERS = [
	{ file: 'time/expiringCache.js', name: 'ExpiringCache', field: '#kept' },
	{ file: 'callback/once.js', name: 'OnceOnly', field: '#entries' },
];

export async function sampleOf({ logFile }: Process): Promise<Sample> {
	return await inspect(logFile, async (ask) => {
		const memory = await collectGarbage(ask);
		const active = await evaluate<string[]>(ask, 'process.getActiveResourcesInfo()');
		const isTimer = (what: string) => ['Timeout', 'Immediate'].includes(what);
		const sizes = await Promise.all(
			(await cachesOf(ask)).map(async (one) => await sizeOf(ask, one)),
		);
		return {
			...memory,
			timers: active.filter(isTimer).length,
			handles: active.filter((what) => !isTimer(what)).length,
			cached: sizes.reduce((sum, size) => sum + size, 0),
		};
	});
}

/** Lets the clock of a process go forward; it was started with `movedClock.js`. */
export async function moveClockOf({ logFile }: Process, milliseconds: number): Promise<void> {
	await inspect(logFile, async (ask) => {
		await ask('Runtime.evaluate', { expression: `moveClock(${milliseconds})` });
	});
}

type Keeper = (typeof KEEPERS)[number];

interface Cache extends Keeper {
	objectId: string;
}

/** All of them that live in the process, which keeps them as long as it runs. */
async function cachesOf(ask: Ask): Promise<Cache[]> {
	const caches: Cache[] = [];
	for (const keeper of KEEPERS) {
		const list = await listOf(ask, keeper);
		if (!list) continue;
		const { result = [] } = await ask('Runtime.getProperties', {
			objectId: list,
			ownProperties: true,
		});
		for (const { name, value } of result) {
			if (/^\d+$/.test(name) && value?.objectId)
				caches.push({ ...keeper, objectId: value.objectId });
		}
	}
	return caches;
}

/** To look through the whole memory takes long: it is done once, and its result left in the process. */
async function listOf(ask: Ask, { file, name }: Keeper): Promise<string | undefined> {
	const known = `globalThis.soaked${name}`;
	const { result: before } = await ask('Runtime.evaluate', { expression: known });
	if (before?.objectId) return before.objectId;
	const modules = 'Object.entries(process.mainModule.constructor._cache)';
	const exported = `${modules}.find(([path]) => path.endsWith('/shared/${file}'))?.[1].exports`;
	const { result: prototype } = await ask('Runtime.evaluate', {
		expression: `${exported}?.${name}.prototype`,
	});
	// A process that has not run a node of ours yet has not loaded them.
	if (!prototype?.objectId) return undefined;
	const { objects } = await ask('Runtime.queryObjects', { prototypeObjectId: prototype.objectId });
	await ask('Runtime.callFunctionOn', {
		objectId: objects?.objectId,
		functionDeclaration: `function () { ${known} = this; }`,
	});
	return objects?.objectId;
}

async function sizeOf(ask: Ask, { objectId, field }: Cache): Promise<number> {
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
