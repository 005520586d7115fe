import { providers } from '../../../nodes/shared/registry';
import type { SellingProvider } from '../../../nodes/shared/types';
import type { Call, SandboxProvider } from '../../../sandbox/contract.mts';
import { sandboxProviders } from '../../../sandbox/registry.mts';
import { faults, whyNotAt } from './faults.mts';
import type { FaultKind } from './faults.mts';

/** A way through an operation, with the calls that it makes, in their order. */
export interface Way {
	name: string;
	/** The file of tests that it stands in, so that they can be run side by side. */
	part: 'submitting' | 'waiting' | 'asking';
	/** Value of the operation. */
	operation: string;
	/** Calls that faults come at; none where the provider has no such operation. */
	calls(provider: SellingProvider, sandbox: SandboxProvider): Call[];
	/** Calls that carry nothing of their item: each case has an execution of its own. */
	alone?: Call[];
	/** There is no way to give its requests less time than their default. */
	isUnhurried?: true;
	/** The first question is a look that decides nothing; faults come with the next. */
	looksFirst?: true;
	/** A break that a provider asks for holds for all jobs of the execution. */
	sharesBreaks?: true;
}

const has = ({ routes }: SandboxProvider, call: Call) =>
	routes.some((route) => route.call === call);
const reading = ({ result }: SellingProvider): Call[] =>
	result ? ['status', 'result'] : ['status'];
const keys = ({ callback }: SellingProvider): Call[] => (callback?.signing ? ['jwks'] : []);

export const ways = {
	generate: {
		part: 'submitting',
		name: 'generate',
		operation: 'generate',
		calls: () => ['submit'],
	},
	tool: {
		part: 'submitting',
		name: 'generate, as a tool',
		operation: 'generate',
		calls: () => ['submit'],
		alone: ['submit'],
	},
	files: {
		part: 'submitting',
		name: 'generate, with a file',
		operation: 'generate',
		calls: ({ upload }, sandbox) => {
			if (!upload) return [];
			return has(sandbox, 'uploadBytes') ? ['upload', 'uploadBytes'] : ['upload'];
		},
		alone: ['upload', 'uploadBytes'],
	},
	budget: {
		part: 'submitting',
		name: 'generate, within a budget',
		operation: 'generate',
		calls: ({ prices }) => (prices ? ['prices'] : []),
		alone: ['prices'],
	},
	withdrawn: {
		part: 'submitting',
		name: 'generate, of a model that is refused',
		operation: 'generate',
		calls: ({ withdrawals }) => (withdrawals ? ['deprecations'] : []),
		alone: ['deprecations'],
	},
	awake: {
		part: 'waiting',
		name: 'generateAndWait, awake',
		operation: 'generateAndWait',
		calls: (provider) => ['submit', ...reading(provider)],
		sharesBreaks: true,
	},
	look: {
		part: 'waiting',
		name: 'generateAndWait, the look before it sleeps',
		operation: 'generateAndWait',
		calls: () => ['status'],
		sharesBreaks: true,
	},
	watcher: {
		part: 'waiting',
		name: 'generateAndWait, woken by its watcher',
		operation: 'generateAndWait',
		calls: (provider) => ['submit', ...reading(provider)],
		looksFirst: true,
		sharesBreaks: true,
	},
	callback: {
		part: 'waiting',
		name: 'generateAndWait, woken by callbacks',
		operation: 'generateAndWait',
		calls: (provider) => (provider.callback ? [...keys(provider), ...reading(provider)] : []),
		alone: ['jwks'],
		looksFirst: true,
		sharesBreaks: true,
	},
	trigger: {
		part: 'waiting',
		name: 'callback to the trigger',
		operation: 'trigger',
		calls: (provider) =>
			provider.callback ? [...keys(provider), ...reading(provider), 'media'] : [],
		alone: ['jwks'],
		isUnhurried: true,
	},
	get: { part: 'asking', name: 'get', operation: 'get', calls: reading },
	download: {
		part: 'asking',
		name: 'download, of a job',
		operation: 'download',
		calls: (provider) => [...reading(provider), 'media'],
	},
	link: {
		part: 'asking',
		name: 'download, of a job with its link',
		operation: 'download',
		calls: reading,
	},
	cancel: {
		part: 'asking',
		name: 'cancel',
		operation: 'cancel',
		calls: (provider) => (provider.cancel ? ['cancel', ...reading(provider)] : []),
	},
	recover: {
		part: 'asking',
		name: 'recover',
		operation: 'recover',
		calls: (provider) => (provider.recover ? ['requests', ...reading(provider)] : []),
		alone: ['requests'],
	},
	balance: {
		part: 'submitting',
		name: 'getBalance',
		operation: 'getBalance',
		calls: ({ balance }) => (balance ? ['account'] : []),
		alone: ['account'],
	},
	estimate: {
		part: 'submitting',
		name: 'estimateCost',
		operation: 'estimateCost',
		calls: ({ prices }) => (prices ? ['prices'] : []),
		alone: ['prices'],
	},
} satisfies Record<string, Way>;

export type WayId = keyof typeof ways;

const credentialTest = 'only the test of a credential asks for it, which is n8n’s own request';
const nobody = 'no operation asks for it';

/** Calls of the sandbox that no operation makes, by provider. */
export const neverAsked: Record<string, Partial<Record<Call, string>>> = {
	fal: { prices: credentialTest, meta: nobody },
	aihubmax: { models: credentialTest, account: nobody, prices: nobody },
};

/** Calls that are not repeated at once: what is refused once is refused for good. */
const notRepeated: Call[] = ['cancel', 'account', 'prices', 'deprecations', 'jwks'];

export interface Case {
	id: number;
	provider: SellingProvider;
	way: WayId;
	/** Where the fault comes. */
	call: Call;
	fault: FaultKind;
	/** Whether it comes each time, or the first time only. */
	isLasting: boolean;
}

/** Cases of one execution. */
export interface Batch {
	provider: SellingProvider;
	sandbox: SandboxProvider;
	way: WayId;
	isLasting: boolean;
	cases: Case[];
}

export const wayOf = (id: WayId): Way => ways[id];

export const sandboxOf = ({ id }: SellingProvider): SandboxProvider => {
	const found = sandboxProviders.find((sandbox) => sandbox.id === id);
	if (found) return found;
	throw new Error(`The sandbox does not play "${id}"`);
};

/** The call that comes before this one in the same run. */
export function callBefore({ provider, way, call }: Case): Call | undefined {
	const calls = wayOf(way).calls(provider, sandboxOf(provider));
	if (way === 'files' && call === 'upload') return undefined;
	if (way === 'withdrawn') return 'submit';
	if (wayOf(way).looksFirst && call === 'status' && !calls.includes('jwks')) return undefined;
	if (way === 'look') return 'submit';
	return calls[calls.indexOf(call) - 1];
}

/** Every combination that makes sense, and how many do not, by reason. */
export function generateCases(): { cases: Case[]; leftOut: Map<string, number> } {
	const cases: Case[] = [];
	const leftOut = new Map<string, number>();
	const leaveOut = (reason: string) => void leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
	for (const provider of providers) {
		for (const way of Object.keys(ways) as WayId[]) {
			const calls = wayOf(way).calls(provider, sandboxOf(provider));
			if (calls.length === 0) {
				leaveOut(`${provider.id} asks nobody in ${wayOf(way).name}`);
				continue;
			}
			for (const call of calls) {
				for (const fault of faults) {
					for (const isLasting of [false, true]) {
						const why = whyNot(way, call, fault, isLasting);
						if (why) leaveOut(why);
						else cases.push({ id: cases.length, provider, way, call, fault, isLasting });
					}
				}
			}
		}
	}
	return { cases, leftOut };
}

function whyNot(way: WayId, call: Call, fault: FaultKind, isLasting: boolean): string | undefined {
	if (way === 'look' && isLasting)
		return 'the look before the sleep is one; the next are the watcher’s';
	if (wayOf(way).isUnhurried && fault.company === 'slow' && call !== 'jwks') {
		return 'the trigger has no setting for the time of its requests, which is two minutes';
	}
	if (wayOf(way).isUnhurried && fault.company === 'slow' && !isLasting) {
		return 'keys that could not be had are not asked for again in half a minute, which the next delivery may come in';
	}
	if (fault.company === 'server' && !isLasting && notRepeated.includes(call)) {
		return 'the call is not repeated, so that once is each time';
	}
	return whyNotAt(fault, call);
}

/** So many jobs can be asked about in the half minute that the last look of a watcher takes. */
const mostItems = 20;

/** As few executions as can be: items of one execution carry different faults. */
export function batchesOf(cases: Case[]): Batch[] {
	const batches = new Map<string, Batch>();
	for (const one of cases) {
		const { provider, way, call, fault, isLasting, id } = one;
		const isAlone =
			fault.company === 'server' ||
			(fault.company === 'break' && wayOf(way).sharesBreaks) ||
			wayOf(way).alone?.includes(call);
		const key = [provider.id, way, isLasting, isAlone ? id : fault.company === 'slow'].join();
		const batch = batches.get(key) ?? {
			provider,
			sandbox: sandboxOf(provider),
			way,
			isLasting,
			cases: [],
		};
		batch.cases.push(one);
		batches.set(key, batch);
	}
	return [...batches.values()].flatMap(({ cases: those, ...batch }) => {
		const parts = Array.from({ length: Math.ceil(those.length / mostItems) });
		return parts.map((_, index) => {
			const from = index * mostItems;
			return { ...batch, cases: those.slice(from, from + mostItems) };
		});
	});
}

export const titleOf = ({ provider, way, call, fault, isLasting }: Case) =>
	`${provider.id}, ${wayOf(way).name}: ${fault.name} at ${call}, ${isLasting ? 'each time' : 'once'}`;
