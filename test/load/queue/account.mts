import type { SandboxJob } from '../../../sandbox/server.mts';
import { tableOf } from '../../../scripts/bench/table.mts';
import type { Left } from '../../../scripts/load/left.mts';
import { isSimulated, nameOf, wayOf } from '../../../scripts/load/ways.mts';
import type { Way } from '../../../scripts/load/ways.mts';

interface Books {
	ways: Way[];
	/** What the providers have accepted. */
	paid: SandboxJob[];
	/** Every job that has left, as often as it has. */
	left: Left[];
	/** What the executions that only submit have put out. */
	submitted: Left[];
	/** IDs of all that was slept for, as n8n's log names them. */
	slept: string[];
}

/** What has become of the jobs of a way. */
export interface Account {
	way: string;
	submits: number;
	finished: number;
	/** Left at n8n's deadline, and found finished by the Get behind. */
	collected: number;
	/** Their execution broke off with its worker, and still has their IDs. */
	broken: number;
	/** The call to the trigger was lost with its worker; the execution that has submitted has their IDs. */
	notCalled: number;
	twice: number;
	/** Neither finished nor with its ID. */
	lost: number;
}

export function accountsOf({ ways, paid, left, submitted, slept }: Books): Account[] {
	return ways.map((way) => {
		const own = left.filter((job) => job.way === way);
		const ids = new Set(own.map(({ jobId }) => jobId));
		const isOf = (name: string) => name === nameOf(way);
		const ofWay = submitted.filter((job) => job.way === way);
		const known = isSimulated(way)
			? knownOfSimulator([...own, ...ofWay], way, slept)
			: paid.filter(({ prompt }) => isOf(wayOf(prompt))).map(({ id }) => id);
		const notCalled = ofWay.filter(({ jobId }) => !ids.has(jobId));
		const count = (isCounted: (job: Left) => boolean) => own.filter(isCounted).length;
		return {
			way: nameOf(way),
			submits: known.length,
			finished: count(({ status, code }) => status === 'completed' && !code),
			collected: count(({ code, later }) => code === 'timeout' && later === 'completed'),
			broken: count(({ status }) => status === undefined),
			notCalled: notCalled.length,
			twice: repeated(own),
			lost: known.filter((id) => !ids.has(id) && !notCalled.some(({ jobId }) => jobId === id))
				.length,
		};
	});
}

/** Nobody but n8n knows the simulator's jobs: all that have shown up anywhere. */
const knownOfSimulator = (shown: Left[], { by }: Way, slept: string[]): string[] => [
	...new Set([
		...shown.map(({ jobId }) => jobId),
		...(by === 'watcher' ? slept.filter(isSimulatedJob) : []),
	]),
];

/** By its ID. */
export const isSimulatedJob = (jobId: string): boolean => jobId.startsWith('sim-');

/** As a table, with its sum. */
export function tableOfAccounts(accounts: Account[]): string {
	const columns = Object.keys(accounts[0]).slice(1) as Array<Exclude<keyof Account, 'way'>>;
	const sum = (name: (typeof columns)[number]) =>
		accounts.reduce((before, account) => before + account[name], 0);
	return tableOf([
		['', ...columns],
		...accounts.map((account) => [account.way, ...columns.map((name) => String(account[name]))]),
		['all', ...columns.map((name) => String(sum(name)))],
	]);
}

/** Those that are more than one, by prompt: a job that was submitted twice has two IDs. */
const repeated = (jobs: Left[]): number =>
	jobs.length - new Set(jobs.map(({ prompt, jobId }) => prompt ?? jobId)).size;
