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
export async function memoryAfterCollection(logFile: string): Promise<Memory> {
	const { rss, heapUsed, external } = await inspect<NodeJS.MemoryUsage>(
		logFile,
		'process.memoryUsage()',
		['HeapProfiler.enable', 'HeapProfiler.collectGarbage'],
	);
	return { resident: rss / 2 ** 20, held: (heapUsed + external) / 2 ** 20 };
}

/** Milliseconds of processor time that such a process has used so far, in all of its threads. */
export async function processorTime(logFile: string): Promise<number> {
	const { user, system } = await inspect<NodeJS.CpuUsage>(logFile, 'process.cpuUsage()');
	return (user + system) / 1000;
}

/** The value of an expression in the process, after these methods of its debugger. */
async function inspect<Value>(
	logFile: string,
	expression: string,
	before: string[] = [],
): Promise<Value> {
	const address = /Debugger listening on (ws:\S+)/.exec(await readFile(logFile, 'utf8'))?.[1];
	if (!address) throw new Error(`${logFile} names no debugger.`);
	const socket = new WebSocket(address);
	await new Promise((resolve, reject) => {
		socket.onopen = resolve;
		socket.onerror = reject;
	});
	let lastId = 0;
	const ask = async (method: string, params: object = {}) =>
		await new Promise<{ result?: { value?: string } }>((resolve) => {
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
	for (const method of before) await ask(method);
	const { result } = await ask('Runtime.evaluate', {
		expression: `JSON.stringify(${expression})`,
		returnByValue: true,
	});
	socket.close();
	return JSON.parse(result?.value ?? '') as Value;
}
