import type { INodeProperties } from 'n8n-workflow';

import type { authorization } from '../../nodes/shared/http/authorization';
import { providers } from '../../nodes/shared/registry';
import { credentialTypes, nodeTypes } from '../../scripts/sources.mts';
import { actionNodes, actionNodeTable, allFields, choicesOf, shownField } from './parameters.mts';

/*
 * Saved workflows hold these names, and leave out values that are the default. So a name that
 * changes loses a setting, and a default that changes silently changes what is made and billed.
 * Add to these tables; never edit a line that has been published.
 */

type Default = INodeProperties['default'];

/** Parameter: type, default. */
const parameters: Record<string, readonly [INodeProperties['type'], Default]> = {
	provider: ['options', 'fal'],
	resource: ['options', 'video'],
	prompt: ['string', ''],
	imageSource: ['options', 'url'],
	imageUrls: ['string', ''],
	imageBinaryFields: ['string', 'data'],
	aspectRatio: ['options', '16:9'],
	resolution: ['options', '720p'],
	duration: ['options', 8],
	mode: ['options', 'fast'],
	generateAudio: ['boolean', false],
	priceNotice: ['notice', ''],
	jobId: ['string', '={{ $json.jobId }}'],
	videoUrl: ['string', '={{ $json.videoUrl }}'],
	binaryField: ['string', 'data'],
	simplify: ['boolean', true],
	options: ['collection', {}],
	'options.autoFix': ['boolean', false],
	'options.budget': ['number', 10],
	'options.callbackThisWorkflow': ['boolean', false],
	'options.callbackUrl': ['string', ''],
	'options.concurrency': ['number', 5],
	'options.enhancePrompt': ['boolean', true],
	'options.metadata': ['json', '={{ { "row": $itemIndex } }}'],
	'options.personGeneration': ['options', 'allow_adult'],
	'options.pollInterval': ['number', 10],
	'options.referenceType': ['options', 'ASSET'],
	'options.requestOptions': ['collection', {}],
	'options.requestOptions.proxy': ['string', ''],
	'options.requestOptions.timeout': ['number', 120_000],
	'options.safetyTolerance': ['number', 4],
	'options.timeout': ['number', 15],
	'options.waitStrategy': ['options', 'auto'],
};

/** Parameters whose default depends on another one, or that only the engine sees. */
const special = ['operation', 'model', 'authentication'];

/** In every action node, whatever its providers. */
const everywhere = [
	...['resource', 'prompt', 'imageUrls', 'resolution', 'generateAudio', 'jobId', 'videoUrl'],
	...['imageSource', 'imageBinaryFields', 'binaryField', 'simplify'],
	...['options', 'options.concurrency', 'options.budget'],
	...['options.metadata', 'options.timeout', 'options.pollInterval', 'options.requestOptions'],
];

/** Values in workflows: the choices of each parameter that any model offers. */
const choices: Record<string, readonly (string | number)[]> = {
	resource: ['video', 'job'],
	imageSource: ['url', 'binary'],
	aspectRatio: ['auto', '16:9', '9:16'],
	resolution: ['720p', '1080p', '4k'],
	duration: [4, 6, 8],
	mode: ['fast', 'quality'],
	'options.personGeneration': ['allow_adult', 'dont_allow'],
	'options.referenceType': ['ASSET', 'STYLE'],
	'options.waitStrategy': ['auto', 'callback', 'polling'],
};

const operations = {
	video: ['generateAndWait', 'generate', 'download', 'estimateCost'],
	job: ['get'],
};

/** Version of an action node: the operation that its saved workflows leave out. */
const defaultOperations = [
	[1, { video: 'generate', job: 'get' }],
	[1.1, { video: 'generateAndWait', job: 'get' }],
] as const;

/** Provider: its node, its credential, its models; the first model is the default. */
const contracts: Record<string, { node: string; credential: string; models: string[] }> = {
	fal: {
		node: 'falVeo',
		credential: 'veoFalApi',
		models: ['fal-ai/veo3.1/reference-to-video'],
	},
	aimlapi: {
		node: 'aimlApiVeo',
		credential: 'veoAimlApi',
		models: ['google/veo-3.1-reference-to-video'],
	},
	aihubmax: {
		node: 'aiHubMaxVeo',
		credential: 'veoAiHubMaxApi',
		models: ['veo-3.1-reference-to-video', 'veo-3.1-fast-reference-to-video'],
	},
	shortapi: {
		node: 'shortApiVeo',
		credential: 'veoShortApi',
		models: ['google/veo-3.1/reference-to-video', 'google/veo-3.1/image-to-video'],
	},
	evolink: {
		node: 'evoLinkVeo',
		credential: 'veoEvoLinkApi',
		models: ['veo-3.1-generate-preview', 'veo-3.1-fast-generate-preview'],
	},
};

const unifiedNode = 'veoReferenceVideo';

/** Credential: the hosts it holds beside the key. */
const hosts: Record<string, Record<string, string>> = {
	veoFalApi: {
		baseUrl: 'https://queue.fal.run',
		restUrl: 'https://rest.fal.ai',
		platformUrl: 'https://api.fal.ai',
	},
	veoAimlApi: { baseUrl: 'https://api.aimlapi.com' },
	veoAiHubMaxApi: { baseUrl: 'https://api.aihubmax.com' },
	veoShortApi: { baseUrl: 'https://api.shortapi.ai' },
	veoEvoLinkApi: {
		baseUrl: 'https://api.evolink.ai',
		filesUrl: 'https://files-api.evolink.ai',
	},
};

describe.each(actionNodeTable)('%s keeps what was published', (_, node) => {
	const fields = allFields(node.description.properties);

	it.each(fields.filter(([path]) => !special.includes(path)))('%s', (path, field) => {
		expect([path, field.type, field.default]).toEqual([path, ...(parameters[path] ?? [])]);
	});

	it('has every parameter that does not depend on the model', () => {
		const paths = fields.map(([path]) => path);
		expect(everywhere.filter((path) => !paths.includes(path))).toEqual([]);
	});

	it.each(fields.filter(([path]) => path in choices))('%s offers known values', (path, field) => {
		expect(choicesOf(field).filter((value) => !choices[path].includes(value as string))).toEqual(
			[],
		);
	});

	it('has these versions', () => {
		expect(node.description.version).toEqual(defaultOperations.map(([version]) => version));
	});

	it.each(
		defaultOperations.flatMap(([typeVersion, defaults]) =>
			(['video', 'job'] as const).map((resource) => [typeVersion, resource, defaults] as const),
		),
	)('version %s has its operations of %s', (typeVersion, resource, defaults) => {
		const field = shownField({ ...node, typeVersion }, { resource }, 'operation');
		const values = choicesOf(field).filter((value) => value !== 'cancel');
		expect(values).toEqual(operations[resource]);
		expect(field?.default).toBe(defaults[resource]);
	});
});

describe('the providers', () => {
	it.each(providers.map((provider) => [provider.id, provider] as const))(
		'%s keeps its credential and models',
		(id, provider) => {
			expect({
				credential: provider.credential,
				models: provider.models.map((model) => model.id),
			}).toEqual({ credential: contracts[id]?.credential, models: contracts[id]?.models });
		},
	);

	it.each(Object.entries(contracts))('%s is still there, in both of its nodes', (id, contract) => {
		const served = actionNodes
			.filter((node) => node.providers.some((provider) => provider.id === id))
			.map(({ name }) => name);
		expect(served.sort()).toEqual([contract.node, unifiedNode].sort());
		expect(Object.keys(credentialTypes)).toContain(contract.credential);
	});

	it.each(
		actionNodes.flatMap((node) => node.providers.map(({ id }) => [node.name, id, node] as const)),
	)('%s: the first model of %s is the default', (_, provider, node) => {
		const field = shownField(node, { provider }, 'model');
		expect(field?.default).toBe(contracts[provider].models[0]);
		expect(choicesOf(field)).toEqual(contracts[provider].models);
	});

	it('the dropdown of the unified node offers each of them', () => {
		const node = actionNodes.find(({ name }) => name === unifiedNode);
		const values = choicesOf(node && shownField(node, {}, 'provider'));
		expect([...values].sort()).toEqual(providers.map(({ id }) => id).sort());
	});
});

describe('the credentials', () => {
	const types = Object.entries(credentialTypes).map(([name, Type]) => [name, new Type()] as const);

	it.each(types)('%s keeps its fields', (name, type) => {
		const fields = Object.fromEntries(
			type.properties
				.filter((field) => field.type !== 'notice')
				.map((field) => [field.name, field.default]),
		);
		expect({ name: type.name, ...fields }).toEqual({ name, apiKey: '', ...hosts[name] });
	});

	it.each(types)('%s hides its key and has a test', (_, type) => {
		const key = type.properties.find((field) => field.name === 'apiKey');
		expect(key?.typeOptions?.password).toBe(true);
		expect(type.test?.request.url).toMatch(/^\//);
	});

	it.each(types)('%s writes the key into the header its provider reads', async (name, type) => {
		const scheme = name === 'veoFalApi' ? 'Key' : 'Bearer';
		const authenticate = type.authenticate as ReturnType<typeof authorization>;
		const request = { url: '/', headers: { Accept: 'text/plain' } };
		expect(await authenticate({ apiKey: 'k' }, request)).toEqual({
			url: '/',
			headers: { Accept: 'text/plain', Authorization: `${scheme} k` },
		});
	});
});

it('no node goes by another name', () => {
	const names = Object.values(contracts).map(({ node }) => node);
	const known = [unifiedNode, 'veoReferenceVideoTrigger', ...names];
	expect(Object.keys(nodeTypes).filter((name) => !known.includes(name))).toEqual([]);
});
