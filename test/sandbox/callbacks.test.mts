import { sandboxProviders } from '../../sandbox/registry.mts';
import { askBare } from './client.mts';
import { settle, useCallbacks } from './receivedCallbacks.mts';

const { sandbox, receiver, submit, ended } = useCallbacks();
const prompt = 'A lamp';

const calling = sandboxProviders.filter(({ callback }) => callback).map(({ id }) => id);

describe.each(calling)('%s: callbacks', (provider) => {
	it('come once, as JSON, at the address with its query, when the job has ended', async () => {
		const id = await submit(provider, prompt, receiver().url);
		await settle();
		expect(receiver().received).toEqual([]);
		sandbox().finish(id);
		await receiver().arrived(1);
		await settle();
		expect(receiver().received).toHaveLength(1);
		expect(receiver().received[0].headers['content-type']).toBe('application/json');
		expect(sandbox().deliveries).toMatchObject([
			{ provider, jobId: id, attempt: 1, status: 200, url: receiver().url },
		]);
		expect(sandbox().deliveries[0].body).toBe(receiver().received[0].body);
	});

	it('come on their own when the time of the job is over', async () => {
		await submit(provider, `${prompt} #sandbox:seconds=0.2`, receiver().url);
		await receiver().arrived(1);
	});

	it('come again until they are answered 2xx', async () => {
		receiver().answers.push(503, 500);
		await ended(provider);
		await receiver().arrived(3);
		await settle();
		expect(sandbox().deliveries.map(({ attempt, status }) => [attempt, status])).toEqual([
			[1, 503],
			[2, 500],
			[3, 200],
		]);
	});

	it('stop when the sandbox is reset', async () => {
		receiver().answers.push(...Array(20).fill(503));
		await ended(provider);
		sandbox().reset();
		await settle();
		const before = receiver().received.length;
		await settle();
		expect(receiver().received).toHaveLength(before);
		expect(sandbox().deliveries).toEqual([]);
	});

	it('are sent again on demand, one after the other or all at once', async () => {
		const { id } = await ended(provider);
		await sandbox().deliver(id, { times: 2 });
		const deliveries = await sandbox().deliver(id, { times: 3, parallel: true });
		expect(deliveries.map(({ status }) => status)).toEqual([200, 200, 200]);
		expect(receiver().received).toHaveLength(6);
	});

	it('can be sent before the job has ended, and to another address', async () => {
		const id = await submit(provider, prompt, 'https://app.example.org/callback');
		const [delivery] = await sandbox().deliver(id, { url: receiver().url });
		expect(delivery).toMatchObject({ status: 200, url: receiver().url });
		expect(sandbox().jobs()).toMatchObject([{ state: 'queued' }]);
	});
});

describe('callbacks to plain http or private addresses', () => {
	it.each(['fal', 'shortapi'])('%s accepts the job but nothing is sent', async (provider) => {
		sandbox().settings.allowHttpCallbacks = false;
		const id = await submit(provider, prompt, receiver().url);
		sandbox().finish(id);
		await settle();
		expect(receiver().received).toEqual([]);
		expect(sandbox().deliveries).toMatchObject([
			{ jobId: id, attempt: 1, error: expect.stringContaining('allowHttpCallbacks') },
		]);
	});
});

describe('the control route for callbacks', () => {
	it('delivers again and tells the answer', async () => {
		const { id } = await ended('fal');
		receiver().answers.push(401);
		const url = `${sandbox().url}/_sandbox/jobs/${id}/deliver`;
		const { data } = await askBare(url, { method: 'post', data: { times: 1 } });
		expect(data).toMatchObject([{ jobId: id, status: 401 }]);
	});
});
