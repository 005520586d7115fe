import { sandboxCredentialTypes } from '../../sandbox/registry.mts';
import { nodeTypes } from '../../scripts/sources.mts';
import { useSession } from './n8nSession.mts';

const session = useSession(1);

describe.each(Object.entries(sandboxCredentialTypes))('the credential of %s', (provider, type) => {
	const data = (apiKey: string) => ({ ...session().sandbox.credentials[provider], apiKey });

	it('passes its test with the right key', async () => {
		const { client, sandbox } = session();
		const right = { name: 'right', type, data: data(sandbox.apiKey) };
		expect(await client.testCredential(right)).toMatchObject({ status: 'OK' });
	});

	it('fails its test with a wrong key', async () => {
		const wrong = { name: 'wrong', type, data: data('wrong-key') };
		expect(await session().client.testCredential(wrong)).toMatchObject({ status: 'Error' });
	});
});

it('n8n has loaded every node of the package', async () => {
	const names = (await session().client.nodeTypes()).map(({ name }) => name);
	const own = names.filter((name) => name.startsWith('n8n-nodes-veo-reference-video.'));
	expect(own.filter((name) => !name.endsWith('Tool')).sort()).toEqual(
		Object.keys(nodeTypes)
			.sort()
			.map((name) => `n8n-nodes-veo-reference-video.${name}`),
	);
});
