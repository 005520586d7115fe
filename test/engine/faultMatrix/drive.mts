import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { until } from '../../../scripts/until.mts';
import type { NodeResult } from '../harness.mts';
import { binaryOf, imageOf } from '../imageFiles.mts';
import type { RunOptions } from '../sandboxed.mts';
import { startTrigger } from '../triggerHarness.mts';
import { callBefore, wayOf } from './cases.mts';
import type { Batch, WayId } from './cases.mts';
import type { Sleepers } from './sleepers.mts';
import { Stage } from './stage.mts';
import type { Observed } from './stage.mts';

/** Much more than it takes, in the time of the nodes. */
const patience = 600_000;
const running = ' #sandbox:seconds=600';
const jobId = '={{ $json.jobId }}';

type Drive = (stage: Stage, sleepers: Sleepers) => Promise<Observed[]>;

/** The execution of a batch, and what came of each of its cases. */
export async function drive(batch: Batch, sleepers: Sleepers): Promise<Observed[]> {
	const stage = await Stage.open(batch);
	try {
		return await drives[batch.way](stage, sleepers);
	} finally {
		await stage.sandbox.stop();
	}
}

/** How long a wait may last, in minutes: no longer than it takes where nothing else ends it. */
function timeoutOf({ isLasting, cases, way }: Batch): number {
	if (cases.length === 1) return 0.4;
	// Some providers call four times, and then nothing but Timeout ends the wait.
	return isLasting || way === 'callback' ? 1 : 10;
}

const observe = (stage: Stage, items: Array<INodeExecutionData | undefined>): Observed[] =>
	stage.batch.cases.map((one, index) => ({
		...stage.seen(one),
		item: items[index]?.json,
		hasFile: items[index]?.binary?.video !== undefined,
	}));

/** Faults from the first request on; afterwards the same without them, in the same execution. */
const submitting =
	(parameters: INodeParameters, options: RunOptions = {}, words = ''): Drive =>
	async (stage) => {
		const input = stage.rows(words);
		await stage.spoil();
		const first = await stage.run(parameters, { input, ...options });
		const observed = observe(stage, first.items);
		if (!wayOf(stage.batch.way).calls(stage.batch.provider, stage.batch.sandbox).includes('submit'))
			return observed;
		await stage.mend();
		const { contextData } = first.run.data.executionData ?? {};
		const second = await stage.run(parameters, { input, contextData, ...options });
		return observe(stage, second.items).map((secondTry, index) => ({
			...observed[index],
			secondTry,
		}));
	};

const awake: Drive = async (stage) =>
	await submitting({
		operation: 'generateAndWait',
		options: { waitStrategy: 'polling', pollInterval: 1, timeout: timeoutOf(stage.batch) },
	})(stage, undefined as never);

/** Falls asleep; the faults of questions come when it sleeps, those of submits before. */
const asleep =
	(waitStrategy: string, spoilsFirst = false): Drive =>
	async (stage, sleepers) => {
		const { batch } = stage;
		const isEarly = ({ call }: { call: string }) => spoilsFirst || call === 'submit';
		await stage.spoil(batch.cases.filter(isEarly));
		const result = await stage.run(
			{
				operation: 'generateAndWait',
				options: { waitStrategy, pollInterval: 2, timeout: timeoutOf(batch) },
			},
			{ input: stage.rows(running), n8nUrl: sleepers.url },
		);
		if (!result.run.waitTill) return observe(stage, result.items);
		const woken = whenWoken(result, stage, sleepers);
		await stage.spoil(batch.cases.filter((one) => !isEarly(one)));
		stage.finishAll();
		return observe(stage, await woken);
	};

/** The items that the node wakes with or, as n8n does it at its deadline, those that were parked. */
async function whenWoken({ wake, run }: NodeResult, { executionId }: Stage, sleepers: Sleepers) {
	const [parked] = run.data.executionData?.nodeExecutionStack[0]?.data.main ?? [];
	return await new Promise<INodeExecutionData[]>((resolve) => {
		const timer = setInterval(() => {
			if (Date.now() > Number(run.waitTill)) leave(parked ?? []);
		}, 100);
		const leave = (items: INodeExecutionData[]) => {
			clearInterval(timer);
			resolve(items);
		};
		sleepers.fallAsleep(executionId, async (delivery) => {
			const { status = 500, items } = await wake(delivery);
			if (items) leave(items);
			return status;
		});
	});
}

/** Asks about jobs that have ended, unless they are to be canceled. */
const asking =
	(parameters: INodeParameters, words = running): Drive =>
	async (stage) => {
		const jobs = await stage.jobs(words);
		const rows = stage.rows(words);
		if (words === running) stage.finishAll();
		const links = stage.sandbox.jobs();
		const input = jobs.map((job, index) => {
			if (stage.batch.way !== 'link') return { ...job, ...rows[index] };
			const { videoUrl } = links.find(({ id }) => id === job.jobId) ?? {};
			return { ...job, ...rows[index], status: 'completed', videoUrl };
		});
		await stage.spoil();
		const { items } = await stage.run(parameters, { input: input as IDataObject[] });
		return observe(stage, items);
	};

/** Two deliveries of each callback at most, and one more where one was taken. */
const calling: Drive = async (stage) => {
	const { batch, sandbox } = stage;
	const options = { downloadVideo: true, binaryField: 'video' };
	const trigger = await startTrigger(sandbox, batch.provider.id, { options });
	await stage.run(
		{ operation: 'generate', options: { callbackUrl: trigger.url } },
		{ input: stage.rows(running) },
	);
	await stage.spoil();
	stage.finishAll();
	const answersOf = (id?: string) => {
		const answers = sandbox.deliveries
			.filter((delivery) => delivery.jobId === id && delivery.status !== undefined)
			.map(({ status }) => Number(status));
		const taken = answers.indexOf(200);
		return answers.slice(0, taken === -1 ? 2 : taken + 1);
	};
	// The provider gives up after ten seconds, which a busy machine may need.
	const wasLate = (id?: string) =>
		sandbox.deliveries.some(({ jobId: about, error }) => about === id && error !== undefined);
	const runsOf = (id?: string) => trigger.runs.filter(([{ json }]) => json.jobId === id);
	const jobs = batch.cases.map((one) => stage.seen(one).jobId);
	const isTaken = (id?: string) => answersOf(id).includes(200);
	const isOver = (id?: string) =>
		isTaken(id) ? runsOf(id).length > 0 : answersOf(id).length === 2;
	const [first] = batch.cases;
	if (!batch.isLasting && first.fault.company === 'server' && !callBefore(first)) {
		await until('the first is answered', () => answersOf(jobs[0]).length > 0, patience);
		await sandbox.leave(0);
	}
	await until('every callback has been answered', () => jobs.every(isOver), patience);
	for (const id of jobs.filter(isTaken)) await sandbox.deliver(String(id));
	return observe(
		stage,
		jobs.map((id) => runsOf(id)[0]?.[0]),
	).map((seen, index) => ({
		...seen,
		answers: wasLate(jobs[index]) ? undefined : answersOf(jobs[index]),
		runs: runsOf(jobs[index]).length,
	}));
};

const generate = { operation: 'generate' };
const file = { binary: [{ data: binaryOf(imageOf('image/png', 'a fox')) }] };

const drives: Record<WayId, Drive> = {
	generate: submitting(generate),
	tool: async (stage, sleepers) => {
		// A model gives values, and no expressions.
		const [{ prompt }] = stage.rows();
		const parameters = { ...generate, prompt: String(prompt) };
		return await submitting(parameters, { byRouting: true })(stage, sleepers);
	},
	files: submitting({ ...generate, imageSource: 'binary' }, file),
	budget: submitting({ ...generate, options: { budget: 1000 } }),
	withdrawn: submitting(generate, {}, ' #sandbox:model-unavailable'),
	awake,
	look: asleep('auto', true),
	watcher: asleep('auto'),
	callback: asleep('callback'),
	trigger: calling,
	get: asking({ resource: 'job', operation: 'get', jobId }),
	download: asking({ operation: 'download', jobId, videoUrl: '', binaryField: 'video' }),
	link: asking({
		operation: 'download',
		jobId,
		videoUrl: '={{ $json.videoUrl }}',
		binaryField: 'video',
	}),
	cancel: asking({ resource: 'job', operation: 'cancel', jobId }, ' #sandbox:never'),
	recover: asking({ resource: 'job', operation: 'recover' }),
	balance: submitting({ resource: 'account', operation: 'getBalance' }),
	estimate: submitting({ operation: 'estimateCost' }),
};
