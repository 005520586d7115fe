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
	await ask('HeapProfiler.enable');
	await ask('HeapProfiler.collectGarbage');
	const expression = 'JSON.stringify(process.memoryUsage())';
	const { result } = await ask('Runtime.evaluate', { expression, returnByValue: true });
	socket.close();
	const { rss, heapUsed, external } = JSON.parse(result?.value ?? '') as NodeJS.MemoryUsage;
	return { resident: rss / 2 ** 20, held: (heapUsed + external) / 2 ** 20 };
}
