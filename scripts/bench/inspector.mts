import { readFile } from 'node:fs/promises';

/** Opens the debugger of a Node.js process on any free port. */
export const INSPECTED = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

/** Memory in MB after a full garbage collection, so that only what is still in use counts. */
export interface Memory {
	/** Resident, with what the allocator keeps for later. */
	resident: number;
	/** JavaScript heap and the buffers outside of it. */
	held: number;
}

/** Measures a process that was started with `INSPECTED` and writes to this log. */
export const memoryAfterCollection = async (logFile: string): Promise<Memory> =>
	await inspect(logFile, collectGarbage);

/** Collects the garbage of that process, and measures what is left. */
export async function collectGarbage(ask: Ask): Promise<Memory> {
	await ask('HeapProfiler.enable');
	await ask('HeapProfiler.collectGarbage');
	const { rss, heapUsed, external } = await evaluate<NodeJS.MemoryUsage>(
		ask,
		'process.memoryUsage()',
	);
	return { resident: rss / 2 ** 20, held: (heapUsed + external) / 2 ** 20 };
}

/** The seconds that such a process has worked since its start, whoever else used the machine. */
export async function secondsOfWork(logFile: string): Promise<number> {
	return await inspect(logFile, async (ask) => {
		const { user, system } = await evaluate<NodeJS.CpuUsage>(ask, 'process.cpuUsage()');
		return (user + system) / 1e6;
	});
}

/** A value of that process, as its debugger names it. */
export interface Remote {
	objectId?: string;
	value?: unknown;
}

interface Answer {
	result?: Remote & Array<{ name: string; value?: Remote }>;
	objects?: Remote;
	privateProperties?: Array<{ name: string; value?: Remote }>;
}

/** Calls a method of the debugger. */
export type Ask = (method: string, params?: object) => Promise<Answer>;

/** What an expression comes to in that process. */
export async function evaluate<Value>(ask: Ask, value: string): Promise<Value> {
	const expression = `JSON.stringify(${value})`;
	const { result } = await ask('Runtime.evaluate', { expression, returnByValue: true });
	return JSON.parse(String(result?.value ?? '')) as Value;
}

/** Talks to the debugger of a process that was started with `INSPECTED` and writes to this log. */
export async function inspect<Result>(
	logFile: string,
	look: (ask: Ask) => Promise<Result>,
): Promise<Result> {
	const address = /Debugger listening on (ws:\S+)/.exec(await readFile(logFile, 'utf8'))?.[1];
	if (!address) throw new Error(`${logFile} names no debugger.`);
	const socket = new WebSocket(address);
	await new Promise((resolve, reject) => {
		socket.onopen = resolve;
		socket.onerror = reject;
	});
	let lastId = 0;
	const ask: Ask = async (method, params = {}) =>
		await new Promise((resolve) => {
			const id = ++lastId;
			const listen = ({ data }: MessageEvent) => {
				const message = JSON.parse(String(data)) as { id?: number; result: object };
				if (message.id !== id) return;
				socket.removeEventListener('message', listen);
				resolve(message.result);
			};
			socket.addEventListener('message', listen);
			socket.send(JSON.stringify({ id, method, params }));
		});
	try {
		return await look(ask);
	} finally {
		socket.close();
	}
}
