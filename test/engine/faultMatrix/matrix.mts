import type { IDataObject } from 'n8n-workflow';

import { concurrently } from '../../../nodes/shared/time/concurrently';
import { systemClock } from '../../../nodes/shared/time/pause';
import { batchesOf, generateCases, titleOf, wayOf } from './cases.mts';
import type { Case, Way } from './cases.mts';
import { drive } from './drive.mts';
import { expectedOf } from './oracle.mts';
import type { Expected } from './oracle.mts';
import { startSleepers } from './sleepers.mts';
import type { Observed } from './stage.mts';

/** Time passes so many times as fast, for the nodes and for the jobs of the sandbox. */
const speed = 5;
const executionsAtATime = 10;
const longestMs = 600_000;

/** Runs the cases of one part side by side, then compares each of them with the oracle. */
export function testMatrix(part: Way['part']): void {
	const cases = generateCases().cases.filter(({ way }) => wayOf(way).part === part);
	const batches = batchesOf(cases);
	const observed = new Map<number, Observed | Error>();
	let seconds = 0;

	beforeAll(async () => {
		const start = Date.now();
		const restore = speedUp();
		const sleepers = await startSleepers();
		try {
			await concurrently(batches, executionsAtATime, async (batch) => {
				const seen = await drive(batch, sleepers).catch((error: Error) => error);
				for (const [index, { id }] of batch.cases.entries()) {
					observed.set(id, seen instanceof Error ? seen : seen[index]);
				}
			});
		} finally {
			sleepers.stop();
			restore();
			seconds = Math.round((Date.now() - start) / 1000);
		}
	}, longestMs);

	afterAll(() => {
		const sum = `${cases.length} cases in ${batches.length} executions, ${seconds} seconds`;
		process.stdout.write(`\nFault matrix, ${part}: ${sum}\n`);
	});

	it.each(cases.map((one) => [titleOf(one), one] as const))('%s', (_, one) => {
		const seen = observed.get(one.id);
		if (!seen || seen instanceof Error) throw seen ?? new Error('nothing was observed');
		const { secondTry, ...expected } = expectedOf(one);
		const summary = summaryOf(seen, expected);
		expect(summary).toEqual(rightSummary(expected, summary));
		expectSound(one, seen);
		if (!secondTry) return;
		const second = summaryOf({ ...seen, ...seen.secondTry }, secondTry);
		expect({ secondTry: second }).toEqual({ secondTry: rightSummary(secondTry, second) });
	});
}

function speedUp(): () => void {
	const start = Date.now();
	const realNow = Date.now.bind(Date);
	const { sleep } = systemClock;
	jest.spyOn(Date, 'now').mockImplementation(() => start + (realNow() - start) * speed);
	jest.spyOn(systemClock, 'sleep').mockImplementation(async (ms) => await sleep(ms / speed));
	return () => jest.restoreAllMocks();
}

function summaryOf({ item, jobId, ...seen }: Partial<Observed>, expected: Partial<Expected>) {
	const error = item?.error as IDataObject | null | undefined;
	return {
		status: item?.status ?? null,
		code: error?.code ?? null,
		accepted: error?.accepted,
		hasId: typeof item?.jobId === 'string' && item.jobId === jobId,
		submits: seen.submits,
		jobs: seen.jobs,
		...('hasFile' in expected && { hasFile: seen.hasFile }),
		...('hasPrice' in expected && { hasPrice: Boolean(item?.cost) }),
		...('hasBalance' in expected && { hasBalance: Boolean(item?.balance) }),
		...('answers' in expected && { answers: seen.answers ?? expected.answers }),
		...('runs' in expected && { runs: seen.runs }),
	};
}

/** What the oracle says; where several values are right, the one that was seen if it is among them. */
function rightSummary(
	{ status, code, ...expected }: Omit<Expected, 'secondTry'>,
	seen: ReturnType<typeof summaryOf>,
) {
	const oneOf = (right: unknown[], value: unknown) =>
		right.includes(value) ? value : right.length > 1 ? right : right[0];
	return {
		accepted: undefined,
		...expected,
		status: oneOf(status, seen.status),
		code: oneOf(code, seen.code),
	};
}

/** Holds whatever the fault: it has come, and the error tells something and betrays nothing. */
function expectSound({ fault }: Case, { item, hits }: Observed): void {
	if (fault.company !== 'server') expect({ wasSpoilt: hits > 0 }).toEqual({ wasSpoilt: true });
	const error = item?.error as IDataObject | null | undefined;
	if (!error) return;
	expect(error.message).toEqual(expect.stringMatching(/\S.{20}/));
	expect(JSON.stringify(item)).not.toMatch(/<html|sandbox-key|sandbox-admin-key|veoToken=\w/);
}
