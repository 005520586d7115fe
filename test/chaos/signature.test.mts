import type { JsonWebKey } from 'node:crypto';

import fc from 'fast-check';

import { providers } from '../../nodes/shared/registry';
import type { Delivery } from '../../nodes/shared/types';
import type { Job } from '../../sandbox/jobs.mts';
import type { SandboxState } from '../../sandbox/contract.mts';
import { sandboxProviders } from '../../sandbox/registry.mts';
import { SigningKeys } from '../../sandbox/signing.mts';
import { runs } from './runs.mts';

const signers = providers.flatMap(({ id, callback }) =>
	callback?.signing ? [[id, callback.signing] as const] : [],
);

const signing = new SigningKeys();

/** As the sandbox signs it; names in lower case, as n8n hands them over. */
function deliveryOf(provider: string, jobId: string, body: string): Delivery {
	const rules = sandboxProviders.find(({ id }) => id === provider)?.callback;
	const headers = rules?.headers?.({ id: jobId } as Job, body, { signing } as SandboxState) ?? {};
	return {
		headers: Object.fromEntries(
			Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
		),
		rawBody: Buffer.from(body),
	};
}

const flipped = (bytes: Buffer, bit: number): Buffer => {
	const copy = Buffer.from(bytes);
	copy[bit >> 3] ^= 1 << (bit & 7);
	return copy;
};
const bitsOf = (bytes: Buffer) => [...Array(8 * bytes.length).keys()];

/** The same bytes in another spelling are no other signature. */
const bytesOf = (text: string) =>
	/^([\da-f]{2})+$/i.test(text) && text.length > 40
		? ({ bytes: Buffer.from(text, 'hex'), encoding: 'hex' } as const)
		: ({ bytes: Buffer.from(text, 'latin1'), encoding: 'latin1' } as const);

/** The delivery with any one bit of its body or of any of its headers flipped. */
function* damaged(delivery: Delivery): Generator<[what: string, Delivery]> {
	const { headers, rawBody } = delivery;
	for (const bit of bitsOf(rawBody)) {
		yield [`bit ${bit} of the body`, { headers, rawBody: flipped(rawBody, bit) }];
	}
	for (const [name, value] of Object.entries(headers)) {
		const { bytes, encoding } = bytesOf(String(value));
		for (const bit of bitsOf(bytes)) {
			const text = flipped(bytes, bit).toString(encoding);
			yield [`bit ${bit} of ${name}`, { headers: { ...headers, [name]: text }, rawBody }];
		}
	}
}

const bodies = fc
	.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 })
	.map((body) => JSON.stringify(body));
const ids = fc.uuid();

it('there are providers that sign', () => expect(signers).not.toEqual([]));

describe.each(signers)('%s', (id, { verify }) => {
	it('takes what was signed, and nothing of which any bit was flipped', () => {
		const delivery = deliveryOf(id, 'a-job', '{"request_id":"a-job","status":"OK"}');
		expect(verify(delivery, signing.published, Date.now())).toBe(true);
		const all = [...damaged(delivery)];
		expect(all.length).toBeGreaterThan(1000);
		const taken = all.filter(([, changed]) => verify(changed, signing.published, Date.now()));
		expect(taken.map(([what]) => what)).toEqual([]);
	});

	it('whatever the job and the body are', () => {
		fc.assert(
			fc.property(ids, bodies, fc.nat(), (jobId, body, which) => {
				const now = Date.now();
				const delivery = deliveryOf(id, jobId, body);
				expect(verify(delivery, signing.published, now)).toBe(true);
				const all = [...damaged(delivery)];
				const [, changed] = all[which % all.length];
				expect(verify(changed, signing.published, now)).toBe(false);
			}),
			runs(20),
		);
	});

	it('takes no key of which any bit was flipped', () => {
		const delivery = deliveryOf(id, 'a-job', '{}');
		const [key] = signing.published;
		const bytes = Buffer.from(String(key.x), 'base64url');
		const others = bitsOf(bytes).map((bit) => flipped(bytes, bit).toString('base64url'));
		const taken = others.filter((x) => verify(delivery, [{ ...key, x }], Date.now()));
		expect(taken).toEqual([]);
	});

	it('does not fail for whatever is published as keys, and finds the right one among them', () => {
		const odd = fc.oneof(
			fc.jsonValue(),
			fc.record({ kty: fc.constant('OKP'), crv: fc.constant('Ed25519'), x: fc.jsonValue() }),
		);
		fc.assert(
			fc.property(bodies, fc.array(odd), fc.boolean(), (body, others, isThere) => {
				const delivery = deliveryOf(id, 'a-job', body);
				const all = isThere ? [...others, ...signing.published] : others;
				expect(verify(delivery, all as JsonWebKey[], Date.now())).toBe(isThere);
			}),
			runs(300),
		);
	});

	it('does not fail for whatever headers and body come', () => {
		const { headers } = deliveryOf(id, 'a-job', '{}');
		const values = fc.oneof(
			fc.string(),
			fc.array(fc.string()),
			fc.constantFrom(...Object.values(headers).map(String)),
		);
		const sent = fc.dictionary(fc.constantFrom(...Object.keys(headers)), values);
		fc.assert(
			fc.property(sent, fc.uint8Array(), fc.integer(), (odd, body, now) => {
				const delivery = { headers: odd, rawBody: Buffer.from(body) } as Delivery;
				expect(verify(delivery, signing.published, now)).toBe(false);
			}),
			runs(300),
		);
	});
});
