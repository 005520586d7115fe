import { providerTable, request, runUnified, useFastClock, useSandbox } from './sandboxed.mts';

const sandbox = useSandbox(0.05);
useFastClock();

const evil = ['.', '..', '...', 'a/../b', '../../account', '..%2Faccount', 'a b', 'a\u0000b'];

describe.each(providerTable)(
	'%s: a job ID that leads elsewhere is not asked for',
	(_, provider) => {
		const operations = [
			{ resource: 'job', operation: 'get' },
			{ resource: 'video', operation: 'download' },
			...(provider.cancel ? [{ resource: 'job', operation: 'cancel' }] : []),
		];

		it.each(operations)('$resource: $operation', async (parameters) => {
			for (const jobId of evil) {
				const { error } = await runUnified(sandbox(), provider, { ...parameters, jobId });
				expect(error?.message).toContain(`does not belong to ${provider.displayName}`);
			}
			expect(sandbox().requests).toEqual([]);
		});

		// In a query, an ID cannot change where a request goes.
		if (provider.status.build('x', provider.models[0].id).query) return;

		it('not even when the provider has given it', async () => {
			const body = JSON.stringify({ request_id: '..', id: '..', code: 0, data: { job_id: '..' } });
			const fault = { kind: 'raw', status: 200, contentType: 'application/json', body } as const;
			sandbox().inject({ call: 'submit', fault });
			const { items } = await runUnified(sandbox(), provider, {
				...request,
				operation: 'generateAndWait',
				options: { waitStrategy: 'polling', pollInterval: 1, timeout: 0.01 },
			});
			expect(items[0].json).toMatchObject({ jobId: '..', videoUrl: null });
			expect(sandbox().requests.map(({ call }) => call)).toEqual(['submit']);
		});
	},
);
