import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { IBinaryKeyData, INode, INodeParameters } from 'n8n-workflow';

import { providers } from '../../nodes/shared/registry';
import { sha256 } from '../../sandbox/sha256.mts';
import { outputOf } from '../../scripts/n8n/rest.mts';
import type { Workflow } from '../../scripts/n8n/rest.mts';
import { GENERATOR, inTurn, newNode } from '../../scripts/n8n/workflow.mts';
import { runOnce, useSession } from './n8nSession.mts';
import type { TestSession } from './n8nSession.mts';
import { png } from './pixel.mts';

/** Where n8n keeps binary data, by N8N_DEFAULT_BINARY_DATA_MODE, and how an item names the place. */
const storages = {
	filesystem: 'filesystem-v2',
	/** In the item itself, as base64. */
	default: undefined,
	database: 'database',
};

/**
 * Where an item has its binary data, by the workflow's setting: `separate` in `binary`, `combined` in
 * `json._files`, which the editor calls execution logic v2 and does not run with the storage `default`.
 */
type BinaryMode = 'separate' | 'combined';

const uploading = providers.filter(({ upload }) => upload);

describe.each(Object.entries(storages))('binary data in %s', (storage, place) => {
	const session = useSession(1, { env: { N8N_DEFAULT_BINARY_DATA_MODE: storage } });
	const binaryModes: BinaryMode[] = storage === 'default' ? ['separate'] : ['separate', 'combined'];

	describe.each(binaryModes)('%s', (binaryMode) => {
		it.each(uploading.map((provider) => [provider.id, provider] as const))(
			'image → upload to %s → video → file, byte for byte, with a broken download in between',
			async (id, provider) => {
				const { sandbox, output } = session();
				const folder = join(output, `${binaryMode}-${id}`);
				await mkdir(folder);
				const [image, video] = [join(folder, 'fox.png'), join(folder, 'fox.mp4')];
				await writeFile(image, png);
				sandbox.inject({ call: 'media', fault: { kind: 'truncate', bytes: 1000 } });

				const execution = await runOnce(
					session(),
					imageToVideo(session(), binaryMode, { provider: id, image, video }),
				);

				expect(execution.data.resultData.error?.message).toBeUndefined();
				expect(execution.status).toBe('success');
				const [job] = sandbox.jobs();
				const images = JSON.stringify(job.request).match(/https?:[^"]+/g) ?? [''];
				expect(images).toHaveLength(1);
				expect(sha256(await bytesAt(images[0]))).toBe(sha256(png));

				const original = await bytesAt(String(job.videoUrl));
				expect(sha256(await readFile(video))).toBe(sha256(original));

				const [{ json, binary }] = outputOf(execution, 'Download');
				const { data } = (binaryMode === 'combined' ? json._files : binary) as IBinaryKeyData;
				expect(binaryMode === 'combined' ? binary : json._files).toBeUndefined();
				expect(data.data).toBe(place ?? original.toString('base64'));
				expect(data).toMatchObject({ mimeType: 'video/mp4', bytes: original.length });
				expect(json).toMatchObject({ status: 'completed', provider: provider.id });
			},
			60_000,
		);
	});
});

async function bytesAt(url: string): Promise<Buffer> {
	return Buffer.from(await (await fetch(url)).arrayBuffer());
}

/** An image from disk becomes a video on disk. */
function imageToVideo(
	{ credentials }: TestSession,
	binaryMode: BinaryMode,
	{ provider, image, video }: { provider: string; image: string; video: string },
): Workflow {
	const data = binaryMode === 'combined' ? '_files.data' : 'data';
	const veo = (name: string, parameters: INodeParameters): INode => ({
		...newNode(name, GENERATOR, { provider, ...parameters }),
		credentials,
	});
	const nodes = [
		newNode('Start', 'n8n-nodes-base.manualTrigger', {}),
		newNode('Read', 'n8n-nodes-base.readWriteFile', { operation: 'read', fileSelector: image }),
		veo('Generate', {
			operation: 'generateAndWait',
			model: providers.find(({ id }) => id === provider)?.models[0].id ?? '',
			prompt: 'A fox',
			imageSource: 'binary',
			imageBinaryFields: data,
			options: { pollInterval: 1 },
		}),
		veo('Download', { operation: 'download' }),
		newNode('Write', 'n8n-nodes-base.readWriteFile', {
			operation: 'write',
			fileName: video,
			dataPropertyName: data,
		}),
	];
	return { name: 'binary modes', nodes, connections: inTurn(nodes), settings: { binaryMode } };
}
