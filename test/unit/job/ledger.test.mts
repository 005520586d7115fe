import type { Item } from '../../../nodes/shared/n8n/item';
import { Ledger } from '../../../nodes/shared/job/ledger';
import { providers } from '../../../nodes/shared/registry';
import type { VideoRequest } from '../../../nodes/shared/types';
import { neutralRequest } from '../../providers/neutral.mts';

const [provider, other] = providers;
const request = neutralRequest(provider);
const accepted = { state: 'accepted', job: { jobId: 'job-1', status: 'queued' } } as const;

let context: object;
beforeEach(() => {
	context = {};
});

/** As much of an item as the ledger reads; it would throw on anything else. */
function item({
	index = 0,
	run = 0,
	of = provider,
	execution = 'first',
	type = 'falVeo',
	instance = 'here',
	workflow = 'workflow',
	id = 'node',
} = {}): Item {
	const functions = {
		getExecutionId: () => execution,
		getInstanceId: () => instance,
		getWorkflow: () => ({ id: workflow }),
		getContext: (kind: string) => {
			expect(kind).toBe('node');
			return context;
		},
		evaluateExpression: (expression: string, itemIndex: number) => {
			expect([expression, itemIndex]).toEqual(['{{ $runIndex }}', index]);
			return run;
		},
	};
	return { index, provider: of, node: { type, id }, functions } as unknown as Item;
}

it('a second try finds what the first one wrote', () => {
	new Ledger(item(), request).set(accepted);
	expect(new Ledger(item(), { ...request }).get()).toEqual(accepted);
});

it('what was written survives being stored as JSON, as the retry of an execution does', () => {
	new Ledger(item(), request).set(accepted);
	context = JSON.parse(JSON.stringify(context)) as object;
	expect(new Ledger(item(), request).get()).toEqual(accepted);
});

it('what was forgotten is not found, also after it was stored', () => {
	const ledger = new Ledger(item(), request);
	ledger.set({ state: 'sent' });
	ledger.forget();
	expect(new Ledger(item(), request).get()).toBeUndefined();
	context = JSON.parse(JSON.stringify(context)) as object;
	expect(new Ledger(item(), request).get()).toBeUndefined();
});

it('what others keep in the context of the node stays', () => {
	context = { loop: { index: 3 } };
	new Ledger(item(), request).set(accepted);
	expect(context).toMatchObject({ loop: { index: 3 } });
});

const elsewhere: Array<[string, Parameters<typeof item>[0]]> = [
	['another item', { index: 1 }],
	['another round of a loop', { run: 1 }],
	['another provider in a retry of the execution', { of: other, execution: 'second' }],
];

it.each(elsewhere)('%s is another submission', (_, changes) => {
	new Ledger(item(), request).set(accepted);
	expect(new Ledger(item(changes), request).get()).toBeUndefined();
});

it.each<[string, Partial<VideoRequest>]>([
	['prompt', { prompt: 'A ceramic fox sleeps' }],
	['images', { imageUrls: request.imageUrls.slice(0, 1) }],
	['order of images', { imageUrls: [...request.imageUrls].reverse() }],
	['aspect ratio', { aspectRatio: '9:16' }],
	['resolution', { resolution: '1080p' }],
	['duration', { duration: 6 }],
	['mode', { mode: 'quality' }],
	['audio', { generateAudio: true }],
	['controls', { controls: { autoFix: true } }],
	['model', { model: { ...request.model, id: 'another-model' } }],
])('another %s in a retry of the execution is another submission', (_, changes) => {
	new Ledger(item(), request).set(accepted);
	const retried = new Ledger(item({ execution: 'second' }), { ...request, ...changes });
	expect(retried.get()).toBeUndefined();
});

it('within the execution it is the same submission, whatever an expression yields this time', () => {
	new Ledger(item(), request).set(accepted);
	const again = new Ledger(item(), { ...request, prompt: 'A ceramic fox at 12:01' });
	expect(again.get()).toEqual(accepted);
});

it('as a tool of an agent, another prompt is another submission, and the same one is not', () => {
	const tool = item({ type: 'falVeoTool' });
	new Ledger(tool, request).set(accepted);
	expect(new Ledger(tool, { ...request, prompt: 'Another' }).get()).toBeUndefined();
	expect(new Ledger(tool, request).get()).toEqual(accepted);
});

it('a model whose description or price changed is the same submission', () => {
	new Ledger(item(), request).set(accepted);
	const model = { ...request.model, name: 'New name', price: undefined };
	expect(new Ledger(item(), { ...request, model }).get()).toEqual(accepted);
});

it('items and rounds do not run into each other: item 11 of round 1, item 1 of round 11', () => {
	new Ledger(item({ index: 11, run: 1 }), request).set(accepted);
	expect(new Ledger(item({ index: 1, run: 11 }), request).get()).toBeUndefined();
});

it('each entry has a name of its own, the same in each try', () => {
	const nameOf = (changes: Parameters<typeof item>[0], prompt = request.prompt) =>
		new Ledger(item(changes), { ...request, prompt }).submitKey;
	const names = [
		nameOf({}),
		nameOf({}, 'Another'),
		nameOf({ index: 1 }),
		nameOf({ run: 1 }),
		nameOf({ execution: 'second' }),
		nameOf({ instance: 'elsewhere' }),
		nameOf({ workflow: 'another' }),
		nameOf({ id: 'another' }),
	];
	expect(new Set(names).size).toBe(names.length);
	for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}$/);
	expect(nameOf({})).toBe(names[0]);
});

it('the prompt is not in what is kept: executions are stored for long', () => {
	new Ledger(item(), request).set({ state: 'sent' });
	expect(JSON.stringify(context)).not.toContain('fox');
});
