import { aimlApi } from '../../../nodes/AimlApiVeo/aimlApi.provider';
import { fal } from '../../../nodes/FalVeo/fal.provider';
import { shortApi } from '../../../nodes/ShortApiVeo/shortApi.provider';
import { simulator } from '../../../nodes/VeoReferenceVideo/simulator.provider';
import { readPlan } from '../../../nodes/shared/sleep/plan';
import { executionId, isRunning, sleepingItem } from './sleepingItem.mts';
import type { Surroundings } from './sleepingItem.mts';

let count = 0;
const newOrigin = (scheme = 'https') => `${scheme}://n8n-${count++}.example.com`;

const plan = async (surroundings: Surroundings) => {
	const { item, calls } = sleepingItem({ origin: newOrigin(), ...surroundings });
	return { plan: await readPlan(item), calls };
};

const addressAt = (origin: string) =>
	`${origin}/webhook-waiting/${executionId}/veo?signature=signed`;

const form = {
	name: 'Form',
	type: 'n8n-nodes-base.formTrigger',
	parameters: { responseMode: 'lastNode' },
};
const chat = '@n8n/n8n-nodes-langchain.chatTrigger';

describe('Auto', () => {
	it('sleeps until the provider calls, and asks nobody before, where callbacks are documented', async () => {
		const origin = newOrigin();
		expect(await plan({ provider: fal, origin })).toEqual({
			plan: { address: addressAt(origin), byCallback: true, byPolling: false },
			calls: [],
		});
	});

	it('sleeps, is called and asks itself where callbacks are not documented', async () => {
		const origin = newOrigin();
		const { plan: found } = await plan({ provider: shortApi, origin, answer: isRunning });
		expect(found).toEqual({ address: addressAt(origin), byCallback: true, byPolling: true });
	});

	it.each([
		['a provider that does not call', aimlApi, 'https'],
		['an n8n that is not public', fal, 'http'],
		['a provider that calls from this process', simulator, 'https'],
	])('sleeps and asks itself with %s', async (_, provider, scheme) => {
		const origin = newOrigin(scheme);
		const { plan: found } = await plan({ provider, origin, answer: isRunning });
		expect(found).toEqual({ address: addressAt(origin), byCallback: false, byPolling: true });
	});

	it.each([aimlApi, shortApi])(
		'stays awake where n8n does not reach itself, and says what to set: $id',
		async (provider) => {
			const origin = newOrigin();
			const answer = () => ({ statusCode: 502 });
			const { plan: found } = await plan({ provider, origin, answer });
			expect(found).toEqual({
				hint: expect.stringMatching(new RegExp(`at ${origin}\\. .*WEBHOOK_URL`)),
			});
		},
	);

	it.each([
		['integrated', 'another workflow'],
		['cli', 'the command line'],
		['evaluation', 'an evaluation'],
		['chat', 'a chat'],
		['agent', 'an agent'],
	] as const)('stays awake in mode %s, whose caller waits', async (mode, who) => {
		const { plan: found, calls } = await plan({ provider: fal, mode });
		expect(found).toEqual({ hint: expect.stringContaining(`because ${who}`) });
		expect(calls).toEqual([]);
	});

	it.each(['webhook', 'trigger', 'manual', 'retry', 'error'] as const)(
		'sleeps in mode %s',
		async (mode) => {
			expect((await plan({ provider: fal, mode })).plan).toHaveProperty('address');
		},
	);

	it('stays awake behind a trigger that answers when the last node finishes', async () => {
		const parents = [{ name: 'Rows', type: 'set', parameters: {} }, form];
		const { plan: found } = await plan({ provider: fal, parents });
		expect(found).toEqual({ hint: expect.stringContaining('"Form" answers its caller') });
	});

	it.each([
		['streams its answer', { parameters: { responseMode: 'streaming' } }],
		['is a chat', { type: chat, parameters: { options: {} } }],
		[
			'is a chat that says so',
			{ type: chat, parameters: { options: { responseMode: 'lastNode' } } },
		],
	])('stays awake behind a trigger that %s', async (_, parent) => {
		const { plan: found } = await plan({ provider: fal, parents: [{ ...form, ...parent }] });
		expect(found).toHaveProperty('hint');
	});

	it.each([
		['is switched off', { disabled: true }],
		['answers at once', { parameters: { responseMode: 'onReceived' } }],
		['has another node answer', { parameters: { responseMode: 'responseNode' } }],
		['has no parameters', { parameters: undefined }],
		[
			'is a chat with an answer of its own',
			{ type: chat, parameters: { options: { responseMode: 'responseNodes' } } },
		],
	])('sleeps behind a trigger that %s', async (_, parent) => {
		const parents = [{ ...form, ...parent }];
		expect((await plan({ provider: fal, parents })).plan).toHaveProperty('address');
	});

	it('sleeps when another trigger has started the execution', async () => {
		const asked: string[] = [];
		const isExecuted = (expression: string) => {
			asked.push(expression);
			return false;
		};
		const parents = [{ ...form, name: 'a "form" }}' }];
		const { plan: found } = await plan({ provider: fal, parents, isExecuted });
		expect(found).toHaveProperty('address');
		expect(asked).toEqual(['{{ $("a \\"form\\" \\u007d\\u007d").isExecuted }}']);
	});

	it('stays awake when n8n cannot tell who has started it', async () => {
		const isExecuted = () => {
			throw new Error('Error finding the referenced node');
		};
		const { plan: found } = await plan({ provider: fal, parents: [form], isExecuted });
		expect(found).toHaveProperty('hint');
	});
});

it.each([
	['as the tool of an agent', { nodeType: 'n8n-nodes-veo-reference-video.falVeoTool' }],
	['with Polling', { options: { waitStrategy: 'polling' } }],
])('stays awake without a word %s', async (_, surroundings) => {
	expect(await plan({ provider: fal, ...surroundings })).toEqual({ plan: {}, calls: [] });
});

describe('in a workflow with combined binary data', () => {
	const combined = { provider: fal, settings: { binaryMode: 'combined' } } as const;

	it('version 1 stays awake with Auto, and refuses Callback', async () => {
		const { plan: found, calls } = await plan({ ...combined, typeVersion: 1 });
		expect(found).toEqual({ hint: expect.stringMatching(/version 1 .* add it again/) });
		expect(calls).toEqual([]);
		const asked = plan({ ...combined, typeVersion: 1, options: { waitStrategy: 'callback' } });
		await expect(asked).rejects.toThrow('callbacks would not wake this node');
	});

	it('newer versions sleep', async () => {
		expect((await plan(combined)).plan).toHaveProperty('address');
	});
});

it('Callback is refused in a sub-workflow of n8n 1, and only there', async () => {
	const called = {
		provider: fal,
		mode: 'integrated',
		options: { waitStrategy: 'callback' },
	} as const;
	await expect(plan({ ...called, signature: '' })).rejects.toThrow('n8n 1 does not return results');
	expect((await plan(called)).plan).toHaveProperty('address');
});
