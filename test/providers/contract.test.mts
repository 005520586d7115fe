import { providers } from '../../nodes/shared/registry';
import { isFailure } from '../../nodes/shared/wire/answers';
import { credentialTypes } from '../../scripts/sources.mts';
import { casesOf, fixture, hasFixture, stateOf, withValue } from './answers.mts';
import { image, wireOf } from './neutral.mts';
import { published } from './published.mts';
import { everyRequest, nameOf, requestFor } from './requests.mts';

const table = providers.map((provider) => [provider.id, provider] as const);
const models = providers.flatMap((provider) =>
	provider.models.map((model) => [provider.id, model.id, provider, model] as const),
);

const duplicates = (values: readonly string[]) =>
	values.filter((value, index) => values.indexOf(value) !== index);

describe('the registry', () => {
	it.each([
		['ids', providers.map(({ id }) => id)],
		['names', providers.map(({ displayName }) => displayName)],
		['credentials', providers.map(({ credential }) => credential)],
		['models', providers.flatMap((provider) => provider.models.map(({ id }) => id))],
	])('has no %s twice', (_, values) => {
		expect(duplicates(values)).toEqual([]);
	});

	it.each(table)('%s has a credential of this package', (_, provider) => {
		expect(Object.keys(credentialTypes)).toContain(provider.credential);
	});
});

describe.each(models)('%s, %s', (_, __, provider, model) => {
	it('offers something for everything, each choice once', () => {
		for (const choices of [model.aspectRatios, model.resolutions, model.durations.map(String)]) {
			expect(choices.length).toBeGreaterThan(0);
			expect(duplicates(choices)).toEqual([]);
		}
		expect(model.images.min).toBeGreaterThanOrEqual(1);
		expect(model.images.max).toBeGreaterThanOrEqual(model.images.min);
		expect(model.name && model.description).toBeTruthy();
	});

	it('can make what is chosen by default', () => {
		expect(model.aspectRatios).toContain('16:9');
		expect(model.resolutions).toContain('720p');
		expect(model.durations).toContain(8);
		if (model.modes) expect(model.modes).toContain('fast');
	});

	it('has prices that make sense, where it has any', () => {
		for (const { resolution, mode } of everyRequest(provider, model)) {
			const price = model.price?.({ resolution, mode });
			if (!price) continue;
			expect(price.silent).toBeGreaterThan(0);
			expect(price.audio).toBeGreaterThanOrEqual(price.silent);
			if (model.isAudioFixed) expect(price.audio).toBe(price.silent);
		}
	});

	it.each(everyRequest(provider, model).map((request) => [nameOf(request), request] as const))(
		'%s is submitted by one POST that says it all',
		(___, request) => {
			const { method, path, body, query } = provider.submit.build(request);
			expect(method).toBe('POST');
			expect(path).toMatch(/^\/[^?#\s]+$/);
			const text = JSON.stringify([path, query, body]);
			const told = [request.model.id, request.prompt, request.imageUrls[0]];
			for (const value of told) expect(text).toContain(value);
			// Defaults differ between providers, so what costs is always said.
			expect(text).toMatch(new RegExp(`:"?${request.duration}s?"?[,}]`));
			if (model.isAudioFixed) expect(text).not.toMatch(/audio/);
			else expect(text).toMatch(new RegExp(`audio":${request.generateAudio}\\b`));
			expect(text).toMatch(new RegExp(`:"${request.resolution}"`));
		},
	);

	it('every choice makes another request', () => {
		const bodies = everyRequest(provider, model).map((request) =>
			JSON.stringify(provider.submit.build(request).body),
		);
		expect(duplicates(bodies)).toEqual([]);
	});

	it('every image that it takes is sent, in order', () => {
		const imageUrls = Array.from(
			{ length: model.images.max },
			(___, index) => `https://cdn.example.org/${9 - index},fox.png?v=1`,
		);
		const text = JSON.stringify(
			provider.submit.build(requestFor(provider, model, { imageUrls })).body,
		);
		const places = imageUrls.map((url) => text.indexOf(url));
		expect(places).not.toContain(-1);
		expect([...places].sort((one, other) => one - other)).toEqual(places);
	});

	it('what was not chosen is not sent', () => {
		const wire = wireOf(provider, requestFor(provider, model));
		expect(JSON.stringify(wire)).not.toMatch(/null|""|undefined/);
	});
});

it.each(table)('%s takes images of the size that it documents', (id, { upload }) => {
	expect(upload?.maxBytes).toBe(published[id].uploadBytes);
});

describe.each(models)('%s, %s: asks about a job', (_, __, provider, model) => {
	const questions = {
		status: [provider.status, 'GET'],
		result: [provider.result, 'GET'],
		cancel: [provider.cancel, 'PUT'],
	} as const;
	const calls = Object.entries(questions).flatMap(([name, [call, method]]) =>
		call ? [[name, call, method] as const] : [],
	);

	it.each(calls)('%s: by id alone, encoded', (name, call, method) => {
		const jobId = 'a/b:c?d#e&f=g h%i+ä';
		const request = call.build(jobId, model.id);
		expect([name, request.method]).toEqual([name, method]);
		expect(request.path).toMatch(/^\/[\w./%~!*'()-]+$/);
		// A query value is encoded by the HTTP client; a part of the path is not.
		const inPath = request.path.split('/').map(decodeURIComponent);
		expect([...inPath, ...Object.values(request.query ?? {})]).toContain(jobId);
	});

	it.each(calls)('%s: no id leads to another place', (___, call) => {
		for (const jobId of ['..', '.', '../../v1/credits']) {
			if (provider.jobIdPattern?.test(jobId) === false) continue;
			const { path } = call.build(jobId, model.id);
			expect(new URL(path, 'https://host.example').pathname).toBe(path);
		}
	});

	it('at hosts that its credential names', () => {
		const type = new credentialTypes[provider.credential]();
		const fields = type.properties.map(({ name }) => name);
		const requests = [
			provider.submit.build(requestFor(provider, model)),
			...calls.map(([, call]) => call.build('x', model.id)),
			...(provider.upload ? [provider.upload.build(image)] : []),
			...(provider.withdrawals ? [provider.withdrawals.build()] : []),
			...(provider.prices ? [provider.prices.build(requestFor(provider, model))] : []),
		];
		for (const { host = 'baseUrl' } of requests) expect(fields).toContain(host);
	});
});

describe.each(table)('the documented answers of %s', (_, provider) => {
	it.each(casesOf(provider))('%s.json is there', (name) => {
		expect([name, hasFixture(provider, name)]).toEqual([name, true]);
	});

	it('submit: accepted, under the id that the answer names', () => {
		const response = fixture(provider, 'submit');
		const accepted = provider.submit.parse(response) as { jobId: string; status: string };
		expect(isFailure(accepted)).toBe(false);
		expect(['queued', 'in_progress']).toContain(accepted.status);
		expect(JSON.stringify(response.body)).toContain(JSON.stringify(accepted.jobId));
		expect(accepted.jobId).toMatch(provider.jobIdPattern ?? /./);
	});

	it('running: still running', () => {
		expect(['queued', 'in_progress']).toContain(stateOf(provider, 'running').status);
	});

	it.each(['dreaming', 'PAUSED', 'reviewing', '', 'constructor', 'toString', '__proto__', null])(
		'running, in the unknown word %j: still running',
		(word) => {
			const response = withValue(fixture(provider, 'running'), 'status', word);
			expect(['queued', 'in_progress']).toContain(provider.status.parse(response).status);
		},
	);

	it('running, without any word: still running', () => {
		const response = withValue(fixture(provider, 'running'), 'status', undefined);
		expect(['queued', 'in_progress']).toContain(provider.status.parse(response).status);
	});

	it('completed: with the video that the answer names', () => {
		const state = stateOf(provider, 'completed');
		expect(state).toMatchObject({
			status: 'completed',
			videoUrl: expect.stringMatching(/^https:/),
		});
	});

	it('failed: with its reason', () => {
		const state = stateOf(provider, 'failed');
		expect(state.status).toBe('failed');
		expect(state).toMatchObject({ failure: { message: expect.stringMatching(/\w/) } });
	});

	it('refused: no job, nothing that may have been accepted', () => {
		const refusal = provider.submit.parse(fixture(provider, 'refused'));
		expect(isFailure(refusal)).toBe(true);
		expect(refusal).toMatchObject({ message: expect.stringMatching(/\w/) });
		expect(refusal).not.toMatchObject({ mayBeAccepted: true });
	});
});
