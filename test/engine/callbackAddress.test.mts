import type { IDataObject } from 'n8n-workflow';

import { providers } from '../../nodes/shared/registry';
import { request, runUnified, useSandbox } from './sandboxed.mts';
import { silent } from './triggered.mts';

const sandbox = useSandbox(0.05);

describe('generate refuses a callback that cannot work, before anything is submitted', () => {
	const refused = async (id: string, options: IDataObject, baseUrl?: string) => {
		const provider = providers.find((entry) => entry.id === id)!;
		const credentials = { ...sandbox().credentials[id], ...(baseUrl && { baseUrl }) };
		const result = await runUnified(
			sandbox(),
			provider,
			{
				operation: 'generate',
				...request,
				model: `={{ "${provider.models[0].id}" }}`,
				options: options as never,
			},
			{ credentials: { [provider.credential]: credentials } },
		);
		expect(sandbox().requests).toEqual([]);
		return `${result.error?.message} ${result.error?.description}`;
	};

	it.each(silent)('%s does not call back, and the error names the alternative', async (id) => {
		const text = await refused(id, { callbackUrl: 'https://n8n.example.org/webhook/x/callback' });
		expect(text).toContain('does not call back');
		expect(text).toContain('Generate and Wait');
	});

	it.each([
		['http://n8n.example.org/webhook/x/callback', 'does not start with https://'],
		['https://localhost:5678/webhook/x/callback', 'private network'],
		['https://192.168.1.4/webhook/x/callback', 'private network'],
		['https://n8n.example.org/webhook-test/x/callback', 'a test URL'],
		['nonsense', 'does not start with https://'],
	])('%s', async (callbackUrl, problem) => {
		expect(await refused('fal', { callbackUrl }, 'https://queue.fal.run')).toContain(problem);
	});

	it('metadata of more than 1,000 bytes', async () => {
		const metadata = JSON.stringify({ text: 'ä'.repeat(500) });
		const options = { callbackUrl: 'https://n8n.example.org/webhook/x/callback', metadata };
		expect(await refused('fal', options)).toContain('more than 1000 bytes');
	});

	it('no active trigger in this workflow', async () => {
		expect(await refused('fal', { callbackThisWorkflow: true })).toContain(
			'no active Veo Reference Video Trigger',
		);
	});
});
