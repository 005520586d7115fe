import type { IExecuteFunctions, IRunExecutionData } from 'n8n-workflow';

import { beginRun } from '../../../nodes/shared/n8n/beginRun';

const veo = { name: 'Veo', type: 'veo', typeVersion: 1 };
const code = { name: 'Code', type: 'code', typeVersion: 2 };
const wait = { name: 'Wait', type: 'wait', typeVersion: 1 };
const types: Record<string, object> = {
	wait: { waitingNodeTooltip: 'It waits' },
	code: {},
	veo: {},
};

interface Situation {
	mode?: string;
	run?: number;
	/** Runs of the node that are noted. */
	noted?: number[];
	/** Those that were begun by the retry itself. */
	notedHere?: number[];
	/** Those that had slept. */
	slept?: number[];
	hasRunBefore?: boolean;
	/** The nodes that have run, the first of this execution last; none: this one is the first. */
	firsts?: Array<typeof veo>;
	knowsInternals?: boolean;
}

/** As much of n8n as the note needs; it would throw on anything else. */
function begin({
	mode = 'retry',
	run = 0,
	noted = [],
	notedHere = [],
	slept = [],
	hasRunBefore = true,
	firsts = [],
	knowsInternals = true,
}: Situation) {
	const veoRuns = Object.fromEntries([
		...noted.map((index) => [index, 'failed']),
		...notedHere.map((index) => [index, 'retry']),
	]) as Record<string, string>;
	const veoSleeps = Object.fromEntries(slept.map((index) => [index, { executionId: 'failed' }]));
	const values: Record<string, unknown> = {
		'{{ $runIndex }}': run,
		'{{ $("Veo").isExecuted }}': hasRunBefore,
	};
	const runData = Object.fromEntries(
		firsts.map(({ name }, startTime) => [name, [{ executionIndex: 0, startTime }]]),
	);
	const internals = {
		additionalData: { currentNodeExecutionIndex: firsts.length === 0 ? 1 : 3 },
		runExecutionData: { resultData: { runData } } as unknown as IRunExecutionData,
		workflow: {
			getNode: (name: string) => [veo, code, wait].find((node) => node.name === name),
			nodeTypes: { getByNameAndVersion: (type: string) => ({ description: types[type] }) },
		},
	};
	const functions = {
		getMode: () => mode,
		getNode: () => veo,
		getExecutionId: () => 'retry',
		getContext: () => ({ veoRuns, veoSleeps }),
		evaluateExpression: (expression: string) => values[expression],
		...(knowsInternals ? internals : {}),
	} as unknown as IExecuteFunctions;
	return { mayGoOn: beginRun(functions), runs: veoRuns };
}

it.each<[string, Situation]>([
	['in an execution that is no retry', { mode: 'trigger', firsts: [code] }],
	['in a retry that comes to the node for the first time', { hasRunBefore: false }],
	['in the retry of a run that has failed', { noted: [0] }],
	['in the retry of a later round that has failed', { run: 1, noted: [0, 1] }],
	['in a new round, after another node had failed', { run: 1, noted: [0], firsts: [veo, code] }],
	['in the round after the one that had failed', { run: 1, notedHere: [0], firsts: [veo] }],
	['in a new round where n8n does not tell', { run: 1, noted: [0], knowsInternals: false }],
])('a run begins %s', (_, situation) => {
	const { mayGoOn, runs } = begin(situation);
	expect(mayGoOn).toBe(true);
	expect(runs[situation.run ?? 0]).toBe('retry');
});

it.each<[string, Situation]>([
	['which n8n has forgotten', {}],
	['which n8n has forgotten, and it does not tell more', { knowsInternals: false }],
	['whose workflow was started anew', { firsts: [code] }],
	['in a loop whose progress was saved', { run: 1, noted: [0] }],
	['in a loop, after a sleep of this node', { run: 1, noted: [0], firsts: [code, veo] }],
	['in a loop, after a sleep of another node', { run: 1, noted: [0], firsts: [code, wait] }],
])('a run does not begin in the retry of a crash %s', (_, situation) => {
	const { mayGoOn, runs } = begin(situation);
	expect(mayGoOn).toBe(false);
	// The retry of the retry must not find a note either.
	expect(Object.keys(runs).map(Number)).toEqual(situation.noted ?? []);
});

it('a run that is only woken once more does not count as begun by the retry', () => {
	const { mayGoOn, runs } = begin({ noted: [0], slept: [0] });
	expect(mayGoOn).toBe(true);
	expect(runs).toEqual({ 0: 'failed' });
});
