import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { path as ffprobe } from '@ffprobe-installer/ffprobe';
import type { INodeParameters } from 'n8n-workflow';

import { providers } from '../../nodes/shared/registry';
import { sha256 } from '../../sandbox/sha256.mts';
import { outputOf } from '../../scripts/n8n/rest.mts';
import type { Workflow } from '../../scripts/n8n/rest.mts';
import { GENERATOR, inTurn, newNode } from '../../scripts/n8n/workflow.mts';
import { runOnce, useSession } from './n8nSession.mts';
import { png } from './pixel.mts';
import { startReceiver } from './receiver.mts';

const session = useSession(1);

/** What ffprobe reads of a video. */
async function probe(file: string) {
	const show = ['-show_entries', 'format=format_name:stream=codec_name,codec_type', '-of', 'json'];
	const { stdout, stderr } = await promisify(execFile)(ffprobe, ['-v', 'error', ...show, file]);
	// Of a file that is cut, ffprobe says so and ends well.
	expect(stderr).toBe('');
	const { format, streams } = JSON.parse(stdout) as {
		format: { format_name: string };
		streams: Array<{ codec_name: string; codec_type: string }>;
	};
	return { format: format.format_name, streams };
}

/** Nodes one behind the other; the first is the manual trigger. */
function chain(
	nodes: Array<[name: string, type: string, version: number, parameters: INodeParameters]>,
): Workflow {
	const { credentials } = session();
	const all = nodes.map(([name, type, typeVersion, parameters], index) =>
		newNode(name, type === 'veo' ? GENERATOR : `n8n-nodes-base.${type}`, parameters, {
			typeVersion,
			position: [index * 220, 0],
			...(type === 'veo' && { credentials }),
		}),
	);
	return { name: 'files', nodes: all, connections: inTurn(all) };
}

const uploading = providers.filter(({ upload }) => upload);

describe.each(providers.map((provider) => [provider.id, provider] as const))(
	'%s',
	(id, provider) => {
		const sources = uploading.includes(provider)
			? (['url', 'binary'] as const)
			: (['url'] as const);

		it.each(sources)(
			'image by %s → video → file and upload, byte for byte, whatever breaks in between',
			async (source) => {
				const { sandbox, output } = session();
				const folder = join(output, `${id}-${source}`);
				await mkdir(folder);
				await writeFile(join(folder, 'fox.png'), png);
				const receiver = await startReceiver();
				sandbox.inject({ call: 'status', fault: { kind: 'status', status: 502 } });
				sandbox.inject({ call: 'media', fault: { kind: 'truncate', bytes: 1000 } });
				if (source === 'binary')
					sandbox.inject({ call: 'upload', fault: { kind: 'drop', when: 'before' } });
				try {
					const execution = await runOnce(
						session(),
						chain([
							['Start', 'manualTrigger', 1, {}],
							[
								'Read',
								'readWriteFile',
								1.1,
								{ operation: 'read', fileSelector: join(folder, 'fox.png'), options: {} },
							],
							[
								'Generate',
								'veo',
								1,
								{
									provider: id,
									operation: 'generateAndWait',
									model: provider.models[0].id,
									prompt: 'A fox',
									...(source === 'binary'
										? { imageSource: 'binary' }
										: { imageUrls: 'https://cdn.example.org/fox.png' }),
									options: { pollInterval: 1 },
								},
							],
							['Download', 'veo', 1, { provider: id, operation: 'download' }],
							[
								'Write',
								'readWriteFile',
								1.1,
								{ operation: 'write', fileName: join(folder, 'fox.mp4'), options: {} },
							],
							[
								'Upload',
								'httpRequest',
								4.2,
								{
									method: 'POST',
									url: receiver.url,
									sendBody: true,
									contentType: 'binaryData',
									inputDataFieldName: 'data',
									options: {},
								},
							],
						]),
					);
					expect(execution.data.resultData.error?.message).toBeUndefined();
					expect(execution.status).toBe('success');
					const [job] = sandbox.jobs();
					const served = await fetch(String(job.videoUrl));
					const original = sha256(new Uint8Array(await served.arrayBuffer()));
					expect(sha256(await readFile(join(folder, 'fox.mp4')))).toBe(original);
					expect(receiver.received.map(sha256)).toEqual([original]);
					expect(await probe(join(folder, 'fox.mp4'))).toEqual({
						format: expect.stringContaining('mp4'),
						streams: expect.arrayContaining([{ codec_name: 'h264', codec_type: 'video' }]),
					});
					expect(outputOf(execution, 'Generate')[0].json).toMatchObject({
						jobId: job.id,
						status: 'completed',
					});
					expect(await readdir(folder)).toEqual(['fox.mp4', 'fox.png']);
					expect(sandbox.count({ call: 'submit' })).toBe(1);
					if (source === 'binary') {
						const images = JSON.stringify(job.request).match(/https?:[^"]+/g) ?? [''];
						const uploaded = await fetch(String(images[0]));
						expect(sha256(new Uint8Array(await uploaded.arrayBuffer()))).toBe(sha256(png));
					}
				} finally {
					await receiver.stop();
				}
			},
			60_000,
		);
	},
);

it('two nodes of an execution share what one of them has uploaded', async () => {
	const { sandbox, output } = session();
	await writeFile(join(output, 'shared.png'), png);
	const generate = (prompt: string): INodeParameters => ({
		provider: 'evolink',
		operation: 'generate',
		model: 'veo-3.1-generate-preview',
		prompt,
		imageSource: 'binary',
	});
	const fileSelector = join(output, 'shared.png');
	const workflow = chain([
		['Start', 'manualTrigger', 1, {}],
		['Read', 'readWriteFile', 1.1, { operation: 'read', fileSelector, options: {} }],
		['First', 'veo', 1, generate('one')],
		['Second', 'veo', 1, generate('two')],
	]);
	// Both behind the file, one after the other.
	workflow.connections.Read.main[0]?.push({ node: 'Second', type: 'main', index: 0 });
	delete workflow.connections.First;
	expect((await runOnce(session(), workflow)).status).toBe('success');
	expect(sandbox.jobs().map(({ prompt }) => prompt)).toEqual(['one', 'two']);
	expect(sandbox.count({ call: 'upload' })).toBe(1);
});
