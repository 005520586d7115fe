import { ExecuteContext } from 'n8n-core';
import type { IDataObject, INodeParameters, Logger } from 'n8n-workflow';

import { useN8nAddress } from './n8nAddress.mts';
import {
	jsonOf,
	providerTable,
	request,
	runUnified,
	useFastClock,
	useSandbox,
} from './sandboxed.mts';
import type { RunOptions } from './sandboxed.mts';

const sandbox = useSandbox();
const n8n = useN8nAddress();
useFastClock();

/** n8n's log, which is one for all nodes. */
const logger = Reflect.get(ExecuteContext.prototype, 'logger', {}) as Logger;
let warn: jest.SpyInstance;
let info: jest.SpyInstance;
beforeEach(() => {
	warn = jest.spyOn(logger, 'warn').mockImplementation(() => undefined);
	info = jest.spyOn(logger, 'info').mockImplementation(() => undefined);
});
afterEach(() => jest.restoreAllMocks());

const about = () =>
	warn.mock.calls.map(([text]) => String(text)).filter((text) => text.includes('stopped'));

const three = [{ prompt: 'one' }, { prompt: 'two' }, { prompt: 'three' }];
const batch: INodeParameters = {
	...request,
	prompt: '={{ $json.prompt }} #sandbox:never',
	options: { concurrency: 1, waitStrategy: 'polling', pollInterval: 1 },
};

describe.each(providerTable)('%s', (id, provider) => {
	/** Stops the execution when so much has been asked for, and waits until the node has returned. */
	async function stopAt(
		parameters: INodeParameters,
		isTime: () => boolean,
		options: RunOptions = {},
	): Promise<IDataObject[]> {
		const controller = new AbortController();
		const watch = setInterval(() => isTime() && controller.abort(), 5);
		const { signal } = controller;
		const result = await runUnified(sandbox(), provider, parameters, {
			input: three,
			signal,
			onError: 'continueRegularOutput',
			...options,
		});
		clearInterval(watch);
		return jsonOf(result);
	}

	const jobIds = () =>
		sandbox()
			.jobs()
			.map((job) => job.id);

	it.each(['generate', 'generateAndWait'])(
		'%s, stopped while the second submit is under way: what was accepted is in the log, once',
		async (operation) => {
			const slow = { kind: 'slow', milliseconds: 300, where: 'headers' } as const;
			sandbox().inject({ call: 'submit', fault: slow, after: 1 });
			const items = await stopAt({ ...batch, operation }, () => jobIds().length === 2);
			expect(about()).toEqual([expect.stringContaining(jobIds().join(', '))]);
			expect(about()).toEqual([expect.stringContaining(provider.displayName)]);
			expect(jobIds()).toHaveLength(2);
			expect(items).toMatchObject([
				{ jobId: jobIds()[0] },
				{ jobId: jobIds()[1] },
				{
					jobId: null,
					error: {
						code: 'canceled',
						accepted: 'no',
						message: expect.stringContaining('The execution was stopped before'),
					},
				},
			]);
		},
	);

	it('stopped while it waits, the jobs leave with their IDs, and are in the log', async () => {
		const items = await stopAt(
			{ ...batch, operation: 'generateAndWait' },
			() => sandbox().count({ call: 'status' }) > 3,
		);
		const error = { accepted: 'yes', message: expect.stringContaining('was stopped while') };
		expect(items).toMatchObject(jobIds().map((jobId) => ({ jobId, error })));
		expect(about()).toEqual([expect.stringContaining(jobIds().join(', '))]);
	});

	it('stopped before anything was accepted, nothing is in the log', async () => {
		sandbox().inject({ call: 'submit', fault: { kind: 'status', status: 429 }, times: Infinity });
		const items = await stopAt(
			{ ...batch, operation: 'generate' },
			() => sandbox().count({ call: 'submit' }) > 1,
		);
		expect(about()).toEqual([]);
		for (const { jobId, error } of items) {
			expect(jobId).toBeNull();
			expect((error as { message: string }).message.length).toBeGreaterThan(20);
		}
	});

	it('asleep, its jobs are in the log: the editor does not show them when it is stopped', async () => {
		const options = { waitStrategy: 'auto', timeout: 60 };
		const { run } = await runUnified(
			sandbox(),
			provider,
			{ ...batch, operation: 'generateAndWait', options },
			{ input: three, n8nUrl: n8n().url },
		);
		expect(run.waitTill).toBeInstanceOf(Date);
		expect(jobIds()).toHaveLength(3);
		const asleep = `Veo: asleep until these jobs have ended: ${jobIds().join(', ')}`;
		expect(info.mock.calls.map(([text]) => String(text))).toEqual([asleep]);
	});

	it('a run that is not stopped says nothing', async () => {
		const result = await runUnified(sandbox(), provider, { operation: 'generate', ...request });
		expect(jsonOf(result)).toMatchObject([{ provider: id, error: null }]);
		expect(about()).toEqual([]);
	});

	it('what an error after the submits leaves behind is the jobs', async () => {
		const status = jest.spyOn(provider.status, 'build').mockImplementation(() => {
			throw undefined as never;
		});
		const items = await stopAt(
			{ ...batch, operation: 'generateAndWait', options: { timeout: 0.05, pollInterval: 1 } },
			() => false,
		);
		status.mockRestore();
		expect(items.map(({ jobId }) => jobId)).toEqual(jobIds());
	});
});
