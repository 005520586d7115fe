import { AsyncLocalStorage } from 'node:async_hooks';
import { Socket } from 'node:net';

interface Guard {
	/** Ports at which n8n itself listens. */
	own: readonly number[];
	tried: number[];
}

/** Other test files share the process, and what they have left behind may still be calling. */
const guards = new AsyncLocalStorage<Guard>();

const { connect } = Socket.prototype;

const portOf = ([target]: unknown[]): number => {
	const [first] = Array.isArray(target) ? (target as unknown[]) : [target];
	return Number((first as { port?: number }).port ?? first);
};

/**
 * Denies the work, and all that it leaves behind, every connection but those to this n8n itself.
 * @throws where another one was tried, even if the node has swallowed the error
 */
export async function withoutNetwork<Result>(
	work: () => Promise<Result>,
	own: readonly number[] = [],
): Promise<Result> {
	const guard: Guard = { own, tried: [] };
	const result = await guards.run(guard, work);
	expect({ connectionsTried: guard.tried }).toEqual({ connectionsTried: [] });
	return result;
}

beforeAll(() => {
	Socket.prototype.connect = function (this: Socket, ...target: unknown[]) {
		const guard = guards.getStore();
		const port = portOf(target);
		if (!guard || guard.own.includes(port)) return connect.apply(this, target as never);
		guard.tried.push(port);
		return this.destroy(new Error('this test allows no connection'));
	} as typeof connect;
});
afterAll(() => void (Socket.prototype.connect = connect));
