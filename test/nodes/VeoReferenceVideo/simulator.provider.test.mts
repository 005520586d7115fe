import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { path as ffprobe } from '@ffprobe-installer/ffprobe';

import { simulator } from '../../../nodes/VeoReferenceVideo/simulator.provider';
import { neutralRequest } from '../../providers/neutral.mts';
import type { Moment, WireResponse } from '../../../nodes/shared/types';

const { simulation, submit, status } = simulator;
const [model] = simulator.models;
const start = Date.UTC(2026, 0, 1);

const at = (now: number): Moment => ({ now, nonce: '0123abcd', isCanceled: () => false });

const asked = (
	request: Parameters<NonNullable<typeof simulation>['answer']>[0],
	moment: Moment,
) => {
	const answer = simulation?.answer(request, moment);
	return { ...answer, headers: {}, isJson: true } as WireResponse;
};

const order = (prompt: string) => {
	const request = submit.build({ ...neutralRequest(simulator), prompt });
	const accepted = submit.parse(asked(request, at(start)));
	return 'jobId' in accepted ? accepted.jobId : '';
};

const stateAt = (jobId: string, now: number) =>
	status.parse(asked(status.build(jobId, model.id), at(now)));

it('the state of a job follows from its id and the clock', () => {
	const jobId = order('a fox #sandbox:seconds=20');
	expect(jobId).toMatch(simulator.jobIdPattern ?? /^$/);
	const states = [0, 5000, 19_999, 20_000, 1e9].map((passed) => stateAt(jobId, start + passed));
	expect(states).toEqual([
		{ status: 'queued', progress: 0 },
		{ status: 'in_progress', progress: 25 },
		{ status: 'in_progress', progress: 99 },
		...[20_000, 1e9].map(() => ({
			status: 'completed',
			videoUrl: `https://simulator.invalid/${jobId}.mp4`,
			cost: { amount: 0, currency: 'USD', kind: 'charged' },
		})),
	]);
});

it('a clock that runs behind finds the job in the queue', () => {
	expect(stateAt(order('a fox'), start - 60_000)).toMatchObject({ status: 'queued' });
});

it('without a word, a job takes ten seconds', () => {
	const jobId = order('a fox');
	expect(stateAt(jobId, start + 9_999)).toMatchObject({ status: 'in_progress' });
	expect(stateAt(jobId, start + 10_000)).toMatchObject({ status: 'completed' });
});

it.each([
	'sim-mjuzdvk0-10000-wonderful-0123abcd',
	'sim-mjuzdvk0-10000-constructor-0123abcd',
	'sim-mjuzdvk0-x-completed-0123abcd',
	'',
	'..',
])('it does not know the job "%s"', (jobId) => {
	expect(stateAt(jobId, start)).toMatchObject({
		status: 'unreadable',
		failure: { code: 'not_found' },
	});
});

it('its clip is a video that plays, of two kilobytes and a half', () => {
	const file = simulation?.file(`https://simulator.invalid/${order('a fox')}.mp4`);
	if (!Buffer.isBuffer(file)) throw new Error('there is no clip');
	expect(file.length).toBeLessThan(12 * 1024);
	const folder = mkdtempSync(join(tmpdir(), 'clip-'));
	try {
		const path = join(folder, 'clip.mp4');
		writeFileSync(path, file);
		const shown = execFileSync(ffprobe, [
			...['-v', 'error', '-of', 'json', '-count_frames'],
			...['-show_entries', 'stream=codec_name,width,height,nb_read_frames:format=duration'],
			path,
		]);
		expect(JSON.parse(shown.toString())).toMatchObject({
			streams: [{ codec_name: 'h264', width: 320, height: 180, nb_read_frames: '16' }],
			format: { duration: '2.000000' },
		});
	} finally {
		rmSync(folder, { recursive: true });
	}
});
