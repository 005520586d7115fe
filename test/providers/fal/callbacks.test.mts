import { createPublicKey, verify } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { sha256 } from '../../../sandbox/sha256.mts';
import { askBare, clientOf } from '../../sandbox/client.mts';
import { settle, useCallbacks } from '../../sandbox/receivedCallbacks.mts';
import type { Received } from '../../sandbox/receiver.mts';

const { sandbox, receiver, submit, ended } = useCallbacks();
const askFal = clientOf(sandbox, 'Key');
const image = 'https://cdn.example.org/lamp.png';
const prompt = 'A lamp';

async function isSignedByFal({
	headers,
	body,
}: Pick<Received, 'headers' | 'body'>): Promise<boolean> {
	const jwks = await askBare(`${sandbox().credentials.fal.restUrl}/.well-known/jwks.json`);
	const message = [
		headers['x-fal-webhook-request-id'],
		headers['x-fal-webhook-user-id'],
		headers['x-fal-webhook-timestamp'],
		sha256(body),
	].join('\n');
	const signature = Buffer.from(String(headers['x-fal-webhook-signature']), 'hex');
	return jwks.data.keys.some((key: JsonWebKey) =>
		verify(null, Buffer.from(message), createPublicKey({ key, format: 'jwk' }), signature),
	);
}

it('brings the result of a completed job, signed over the raw body', async () => {
	const { id, first } = await ended('fal');
	expect(JSON.parse(first.body)).toEqual({
		request_id: id,
		gateway_request_id: id,
		status: 'OK',
		payload: { video: expect.objectContaining({ url: sandbox().jobs()[0].videoUrl }) },
	});
	expect(first.headers['x-fal-webhook-request-id']).toBe(id);
	const age = Date.now() / 1000 - Number(first.headers['x-fal-webhook-timestamp']);
	expect(Math.abs(age)).toBeLessThan(5);
	expect(await isSignedByFal(first)).toBe(true);
	expect(await isSignedByFal({ ...first, body: `${first.body} ` })).toBe(false);
});

it('brings the error of a failed job', async () => {
	const { first } = await ended('fal', 'a #sandbox:content-policy');
	expect(JSON.parse(first.body)).toMatchObject({
		status: 'ERROR',
		error: 'Invalid status code: 422',
		payload: { detail: [{ type: 'content_policy_violation' }] },
	});
	expect(await isSignedByFal(first)).toBe(true);
});

it('comes for a canceled job too', async () => {
	const id = await submit('fal', prompt, receiver().url);
	await askFal('put', `/fal/queue/fal-ai/veo3.1/requests/${id}/cancel`);
	await receiver().arrived(1);
	expect(JSON.parse(receiver().received[0].body)).toMatchObject({ status: 'ERROR' });
});

it('can say OK without a payload', async () => {
	const { first } = await ended('fal', 'a #sandbox:payload-error');
	expect(JSON.parse(first.body)).toMatchObject({
		status: 'OK',
		payload: null,
		payload_error: expect.any(String),
	});
});

it('can carry another gateway id', async () => {
	const { id, first } = await ended('fal', 'a #sandbox:gateway-retry');
	const { request_id, gateway_request_id } = JSON.parse(first.body);
	expect(request_id).toBe(id);
	expect(gateway_request_id).not.toBe(id);
});

it('tells at submit that it will come', async () => {
	const path = '/fal/queue/fal-ai/veo3.1/reference-to-video';
	const params = { fal_webhook: receiver().url };
	const { data } = await askFal('post', path, { prompt, image_urls: [image] }, { params });
	expect(data.gateway_request_id).toBe(data.request_id);
	const wrong = await askFal('post', `${path}?fal_webhook=callback`, {
		prompt,
		image_urls: [image],
	});
	expect(wrong).toMatchObject({
		status: 422,
		data: { detail: [{ loc: ['query', 'fal_webhook'] }] },
	});
});

it('gives up after a redirect, and after ten retries', async () => {
	receiver().answers.push(302);
	await ended('fal');
	await settle();
	expect(receiver().received).toHaveLength(1);
	receiver().answers.push(...Array(20).fill(500));
	await ended('fal');
	await receiver().arrived(12);
	await settle();
	expect(receiver().received).toHaveLength(12);
});

it('is signed after `payload` and before `mutate`', async () => {
	const { id } = await ended('fal');
	const other = { request_id: 'other' };
	await sandbox().deliver(id, { payload: (payload) => ({ ...payload, ...other }) });
	await sandbox().deliver(id, {
		mutate: (message) => ({ ...message, body: message.body.replace(id, 'other') }),
	});
	const [, changed, forged] = receiver().received;
	expect(JSON.parse(changed.body).request_id).toBe('other');
	expect(await isSignedByFal(changed)).toBe(true);
	expect(JSON.parse(forged.body).request_id).toBe('other');
	expect(await isSignedByFal(forged)).toBe(false);
});

it('is signed with the new key after a rotation', async () => {
	const { id, first } = await ended('fal');
	sandbox().rotateKeys({ keepOld: true });
	await sandbox().deliver(id);
	expect(await isSignedByFal(first)).toBe(true);
	expect(await isSignedByFal(receiver().received[1])).toBe(true);
	sandbox().rotateKeys();
	expect(await isSignedByFal(first)).toBe(false);
});
