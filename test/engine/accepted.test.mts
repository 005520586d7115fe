import type { INodeParameters } from 'n8n-workflow';

import type { Injection } from '../../sandbox/server.mts';
import {
	jsonOf,
	providerTable,
	request,
	runUnified,
	useFastClock,
	useSandbox,
} from './sandboxed.mts';

const sandbox = useSandbox(0.05);
useFastClock();

interface Case {
	name: string;
	parameters: INodeParameters;
	fault?: Injection;
}

const generate = { operation: 'generate', ...request };
const awake = { waitStrategy: 'polling', pollInterval: 1 };
const wait = { operation: 'generateAndWait', ...request, options: awake };
const submit = (fault: Injection['fault']): Injection => ({ call: 'submit', fault, times: 4 });

const cases: Record<'no' | 'maybe' | 'yes', Case[]> = {
	no: [
		{ name: 'no prompt', parameters: { ...generate, prompt: '={{ [] }}' } },
		{ name: 'a timeout that is no number', parameters: { ...wait, options: { timeout: 'x' } } },
		{ name: 'a budget of nothing', parameters: { ...generate, options: { budget: 0 } } },
		{
			name: 'a wrong key',
			parameters: generate,
			fault: submit({ kind: 'status', status: 401 }),
		},
		{
			name: 'the price of an impossible video',
			parameters: { operation: 'estimateCost', model: '={{ "none" }}' },
		},
		{
			name: 'a question without a job',
			parameters: { resource: 'job', operation: 'get', jobId: '={{ "" }}' },
		},
	],
	maybe: [
		{
			name: 'a connection that broke after the submit',
			parameters: generate,
			fault: submit({ kind: 'drop', when: 'after' }),
		},
		{
			name: 'an answer without a job',
			parameters: generate,
			fault: submit({ kind: 'status', status: 200, body: {} }),
		},
	],
	yes: [
		{ name: 'a refused prompt', parameters: { ...wait, prompt: 'x #sandbox:content-policy' } },
		{
			name: 'a job that takes longer',
			parameters: { ...wait, prompt: 'x #sandbox:never', options: { ...awake, timeout: 0.05 } },
		},
		{
			name: 'a job that cannot be read',
			parameters: wait,
			fault: { call: 'status', fault: { kind: 'status', status: 401 }, times: Infinity },
		},
		{
			name: 'a question about a job that nobody knows',
			parameters: { resource: 'job', operation: 'get', jobId: 'job-7' },
		},
		{
			name: 'a video that has gone',
			parameters: {
				operation: 'download',
				jobId: '',
				videoUrl: 'http://127.0.0.1:9/gone.mp4',
			},
		},
	],
};

const table = Object.entries(cases).flatMap(([accepted, those]) =>
	those.map((one) => [accepted, one.name, one] as const),
);

describe.each(providerTable)('%s', (_, provider) => {
	it.each(table)('accepted is %s: %s', async (accepted, _name, { parameters, fault }) => {
		for (const onError of ['continueRegularOutput', 'continueErrorOutput'] as const) {
			sandbox().reset();
			if (fault) sandbox().inject(fault);
			const result = await runUnified(sandbox(), provider, parameters, { onError });
			const jobs = [...jsonOf(result), ...result.errorItems.map(({ json }) => json.details)];
			expect(jobs).toMatchObject([{ error: { accepted } }]);
		}
	});

	it('an operation on the row repeats what is known of it', async () => {
		const onError = 'continueRegularOutput';
		for (const [accepted, fault] of [
			['no', { kind: 'status', status: 401 }],
			['maybe', { kind: 'drop', when: 'after' }],
		] as const) {
			sandbox().inject({ call: 'submit', fault });
			const input = jsonOf(await runUnified(sandbox(), provider, generate, { onError }));
			for (const operation of ['get', 'download']) {
				const resource = operation === 'get' ? 'job' : 'video';
				const parameters = { resource, operation, jobId: '={{ "" }}', videoUrl: '' };
				const result = await runUnified(sandbox(), provider, parameters, { input, onError });
				expect(jsonOf(result)).toMatchObject([{ error: { accepted } }]);
			}
		}
	});

	it('what was lost stays in doubt in a second try', async () => {
		sandbox().inject({ call: 'submit', fault: { kind: 'drop', when: 'after' } });
		const failed = await runUnified(sandbox(), provider, generate);
		const onError = 'continueRegularOutput';
		const options = { retryOf: failed.run.data, onError } as const;
		const retried = await runUnified(sandbox(), provider, generate, options);
		expect(jsonOf(retried)).toMatchObject([{ error: { accepted: 'maybe' } }]);
		expect(sandbox().jobs()).toHaveLength(1);
	});
});
