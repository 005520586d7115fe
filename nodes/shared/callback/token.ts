import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

/**
 * What a callback URL carries from the submit to its receiver. Nobody else can read or forge it.
 */
export interface CallbackToken {
	provider: string;
	model: string;
	/** Index of the input item. */
	item: number;
	/** Different in each token, so that one token starts one run. */
	nonce: string;
	/** Milliseconds since the epoch. */
	expires: number;
	metadata: IDataObject | null;
	/**
	 * `webhookId` of the trigger whose address was given; absent where the address does not tell it,
	 * as with a relay, and in tokens from before there was such a mark.
	 */
	receiver?: string;
	/** The sleeping node that it wakes, as `sleeperOf` names it; absent in the tokens of triggers. */
	sleeper?: string;
	/** Of the node's own watcher, which no provider signs for; absent in the tokens of providers. */
	watcher?: WatcherMark;
}

export interface WatcherMark {
	/** The run of the node that sleeps. */
	run: number;
	/** The time is up: whatever has not ended leaves as it is. */
	isFinal: boolean;
}

/** Longer than any provider tries to deliver. */
export const tokenLifeMs = 24 * 60 * 60 * 1000;

const version = 'v1';
const ivBytes = 12;
const tagBytes = 16;

const derive = (apiKey: string, purpose: string, bytes: number) =>
	Buffer.from(hkdfSync('sha256', apiKey, 'veo-reference-video', `callback ${purpose}`, bytes));

/** Tells one key from another and reveals nothing about them. */
const keyIdOf = (apiKey: string) => derive(apiKey, 'key id', 6).toString('base64url');

/** `v1.<key id>.<iv, tag and AES-256-GCM ciphertext>`, under a key derived from the API key. */
export function sealToken(apiKey: string, token: CallbackToken): string {
	const keyId = keyIdOf(apiKey);
	const iv = randomBytes(ivBytes);
	const cipher = createCipheriv('aes-256-gcm', derive(apiKey, 'token', 32), iv);
	cipher.setAAD(Buffer.from(`${version}.${keyId}`));
	const text = Buffer.concat([cipher.update(JSON.stringify(token), 'utf8'), cipher.final()]);
	return `${version}.${keyId}.${Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')}`;
}

/** Whether a text may be a token at all. It takes no key to tell, and a key takes n8n long to get. */
export const looksLikeToken = (text: string): boolean => /^v1\.[\w-]{8}\.[\w-]{40,}$/.test(text);

export type OpenedToken =
	{ token: CallbackToken } | { problem: 'wrong' | 'expired' | 'unknown_key' };

/** Opens a token that was sealed with the same API key. Never throws. */
export function openToken(apiKey: string, text: string, now: number): OpenedToken {
	const [foundVersion, keyId, sealed, ...more] = text.split('.');
	if (foundVersion !== version || !sealed || more.length > 0) return { problem: 'wrong' };
	if (keyId !== keyIdOf(apiKey)) return { problem: 'unknown_key' };
	const token = decrypt(apiKey, keyId, Buffer.from(sealed, 'base64url'));
	if (!token) return { problem: 'wrong' };
	return token.expires < now ? { problem: 'expired' } : { token };
}

function decrypt(apiKey: string, keyId: string, bytes: Buffer): CallbackToken | undefined {
	try {
		const key = derive(apiKey, 'token', 32);
		const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), {
			authTagLength: tagBytes,
		});
		decipher.setAAD(Buffer.from(`${version}.${keyId}`));
		decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
		const text = bytes.subarray(ivBytes + tagBytes);
		const plain = Buffer.concat([decipher.update(text), decipher.final()]);
		return JSON.parse(plain.toString('utf8')) as CallbackToken;
	} catch {
		// The text was changed, cut or made up. The caller need not know which.
		return undefined;
	}
}

export const newNonce = () => randomBytes(16).toString('base64url');
