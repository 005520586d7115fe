import { evoLink } from '../../nodes/EvoLinkVeo/evoLink.provider';
import { jsonOf, request, runUnified, useFastClock, useSandbox } from './sandboxed.mts';

const sandbox = useSandbox();
useFastClock();

const generate = { operation: 'generate', ...request };
const keys = () => sandbox().requests.map(({ headers }) => headers['idempotency-key']);

it('each submit has a key of its own, for EvoLink to know it again', async () => {
	await runUnified(sandbox(), evoLink, generate, { input: [{}, {}] });
	const other = { ...generate, prompt: 'An owl' };
	await runUnified(sandbox(), evoLink, other, { input: [{}], earlierRuns: 1 });
	expect(new Set(keys()).size).toBe(3);
	for (const key of keys()) expect(key).toMatch(/^run_[0-9a-f]{32}$/);
	expect(sandbox().requests.map(({ headers }) => headers['x-evo-run-id'])).toEqual(keys());
});

it('a second try of a submit that was refused has the same key', async () => {
	sandbox().inject({ call: 'submit', fault: { kind: 'status', status: 429 } });
	sandbox().inject({ call: 'submit', fault: { kind: 'status', status: 401 } });
	const result = await runUnified(sandbox(), evoLink, generate, { retryOnFail: true });
	expect(jsonOf(result)).toMatchObject([{ status: 'queued' }]);
	expect(keys()).toHaveLength(3);
	expect(new Set(keys()).size).toBe(1);
});

it('nothing relies on it: a submit whose answer was lost is not repeated', async () => {
	sandbox().inject({ call: 'submit', fault: { kind: 'drop', when: 'after' } });
	await runUnified(sandbox(), evoLink, generate, { retryOnFail: true });
	expect(keys()).toHaveLength(1);
});

it('what EvoLink cannot settle may be paid', async () => {
	const prompt = 'A kite #sandbox:outcome-unknown';
	const result = await runUnified(
		sandbox(),
		evoLink,
		{ ...generate, prompt },
		{ retryOnFail: true, onError: 'continueRegularOutput' },
	);
	expect(jsonOf(result)).toMatchObject([{ jobId: null, error: { accepted: 'maybe' } }]);
	expect(keys()).toHaveLength(1);
});

it('other requests have no key', async () => {
	const [{ jobId }] = jsonOf(await runUnified(sandbox(), evoLink, generate));
	const get = { resource: 'job', operation: 'get', jobId: jobId as string };
	await runUnified(sandbox(), evoLink, get);
	expect(keys().at(-1)).toBeUndefined();
});
