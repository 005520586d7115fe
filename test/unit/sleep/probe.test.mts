import { reachesItself } from '../../../nodes/shared/sleep/probe';
import { executionId, isRunning, sleepingItem } from './sleepingItem.mts';
import type { Answer, PostOptions } from './sleepingItem.mts';

const unknown = '999999999999';
const minute = 60_000;

let origin = '';
let count = 0;

// What is known of an address is kept, so each test has its own.
beforeEach(() => (origin = `https://n8n-${count++}.example.com`));
afterEach(() => jest.restoreAllMocks());

async function ask(answer: (options: PostOptions) => Answer, { execution = executionId } = {}) {
	const { item, calls } = sleepingItem({ answer });
	const address = `${origin}/webhook-waiting/${execution}/veo?signature=signed`;
	item.functions.getExecutionId = () => execution;
	return { is: await reachesItself(item, address), calls };
}

const manual: Answer = { statusCode: 500, body: { message: "(reading 'resumeToken')" } };

/** As n8n answers for executions that it does not know. */
const asUnknown = ({ url }: PostOptions): Answer =>
	url.includes(`/${unknown}/`)
		? { statusCode: 404, body: { message: `The execution "${unknown}" does not exist.` } }
		: manual;

it('is so where the resume URL says that this execution runs', async () => {
	const { is, calls } = await ask(isRunning);
	expect(is).toBe(true);
	expect(calls).toEqual([
		expect.objectContaining({
			method: 'POST',
			url: `${origin}/webhook-waiting/${executionId}/veo?signature=signed`,
			disableFollowRedirect: true,
		}),
	]);
});

it('is so in manual executions, where n8n knows only that an unknown one does not exist', async () => {
	const { is, calls } = await ask(asUnknown);
	expect(is).toBe(true);
	expect(calls.map(({ url }) => new URL(url).pathname)).toEqual([
		`/webhook-waiting/${executionId}/veo`,
		`/webhook-waiting/${unknown}/veo`,
	]);
});

it.each<[string, Answer]>([
	['there is no answer', new Error('connect ECONNREFUSED')],
	['another execution is named', { statusCode: 409, body: { message: 'The execution "5" is…' } }],
	['the signature is unknown', { statusCode: 401, body: { error: 'Invalid token' } }],
	['the page is not found', { statusCode: 404, body: `no page ${executionId}` }],
	['a proxy answers', { statusCode: 502, body: executionId }],
	['it is redirected', { statusCode: 301, body: executionId }],
	['all is well with everything', { statusCode: 200, body: executionId }],
	['nothing is in the answer', { statusCode: 409 }],
])('is not so where %s', async (_, answer) => {
	const { is, calls } = await ask(() => answer);
	expect(is).toBe(false);
	expect(calls).toHaveLength(1);
});

it.each<[string, Answer]>([
	['another 500', manual],
	['a 404 that names nothing', { statusCode: 404, body: 'Not Found' }],
	['no answer', new Error('connect ECONNRESET')],
])('is not so where a 500 is followed by %s', async (_, second) => {
	const { is, calls } = await ask(({ url }) => (url.includes(unknown) ? second : manual));
	expect(is).toBe(false);
	expect(calls).toHaveLength(2);
});

it('is known for ten minutes, for all executions at the address', async () => {
	const start = Date.now();
	const now = jest.spyOn(Date, 'now').mockReturnValue(start);
	expect((await ask(isRunning)).is).toBe(true);
	now.mockReturnValue(start + 10 * minute - 1);
	const second = await ask(() => new Error('away'), { execution: '4712' });
	expect(second).toEqual({ is: true, calls: [] });
	now.mockReturnValue(start + 10 * minute);
	expect((await ask(() => new Error('away'))).is).toBe(false);
});

it('is asked once by executions that start together', async () => {
	const [first, second] = await Promise.all([ask(isRunning), ask(isRunning)]);
	expect([first.is, second.is]).toEqual([true, true]);
	expect(first.calls.length + second.calls.length).toBe(1);
});
