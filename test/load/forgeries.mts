import type { CallbackMessage } from '../../sandbox/contract.mts';
import type { DeliverOptions } from '../../sandbox/server.mts';

const flip = (text: string, at: number) =>
	text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);

export const changed = (
	change: (message: CallbackMessage) => Partial<CallbackMessage>,
): DeliverOptions => ({
	mutate: (message) => ({ ...message, ...change(message) }),
});

const withToken = (change: (token: string) => string): DeliverOptions =>
	changed((message) => {
		const url = new URL(message.url);
		url.searchParams.set('veoToken', change(url.searchParams.get('veoToken') ?? ''));
		return { url: url.toString() };
	});

export const withHeader = (name: string, value: string): DeliverOptions =>
	changed(({ headers }) => ({ headers: { ...headers, [name]: value } }));

/** Signed as it is due, so that only the question to the provider shows that it is a lie. */
export const about = (jobId: string): DeliverOptions => ({
	payload: (payload) =>
		JSON.parse(
			JSON.stringify(payload).replaceAll(
				/"(request_id|job_id|id)":"[^"]*"/g,
				(_, name: string) => `"${name}":${JSON.stringify(jobId)}`,
			),
		),
});

export const wrongTokens: Record<string, DeliverOptions> = {
	'no token': changed(({ url }) => ({ url: url.replace(/[?&]veoToken=[^&]*/, '') })),
	'an empty token': withToken(() => ''),
	'a made-up token': withToken(() => 'v1.abcdefgh.QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo'),
	'a changed token': withToken((token) => flip(token, token.length - 20)),
	'the token of another key': withToken((token) => flip(token, 4)),
};

export const wrongSignatures: Record<string, DeliverOptions> = {
	'one byte more': changed(({ body }) => ({ body: `${body} ` })),
	'one byte changed': changed(({ body }) => ({ body: body.replace('"OK"', '"Ok"') })),
	'no signature': changed(({ headers }) => ({
		headers: { 'Content-Type': headers['Content-Type'] },
	})),
	'another signature': withHeader('X-Fal-Webhook-Signature', 'ab'.repeat(64)),
	'an old time': withHeader('X-Fal-Webhook-Timestamp', '1700000000'),
	'the request of another': withHeader('X-Fal-Webhook-Request-Id', 'stranger'),
};

export const wrongBodies: Record<string, DeliverOptions> = {
	'a job nobody knows': about('stranger'),
	'a job that is a path': about('../../account'),
	'no id': { payload: () => ({ status: 'OK' }) },
	'no JSON': changed(() => ({ body: '{{{' })),
	nothing: changed(() => ({ body: '' })),
	'a list': { payload: (payload) => [payload] },
	'two megabytes': { payload: (payload) => ({ ...payload, pad: 'x'.repeat(2 ** 21) }) },
	'a depth of 50,000': changed(() => ({ body: '['.repeat(50_000) + ']'.repeat(50_000) })),
	text: withHeader('Content-Type', 'text/plain'),
};
