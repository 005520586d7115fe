import type { IDataObject } from 'n8n-workflow';

import { badInput } from '../n8n/failure';
import { whyUnfetchable } from '../input/imageUrls';
import type { Item } from '../n8n/item';
import { triggerUrlsOf } from '../n8n/state';
import { optionsOf } from '../input/parameters';
import { tokenParameter } from '../wire/secrets';
import { newNonce, sealToken, tokenLifeMs } from './token';
import type { CallbackToken } from './token';

/** So that a URL with the token in it stays below the 2,048 characters that providers take. */
const maxMetadataBytes = 1000;

/** Whom the provider calls about a job, and what the token in the URL carries. */
export type CallbackTarget = { address: string } & Pick<
	CallbackToken,
	'metadata' | 'sleeper' | 'expires'
>;

/**
 * Whom the options Callback URL and Callback to This Workflow name; undefined when neither is set.
 *
 * @throws NodeOperationError when it could not work, before anything is submitted
 */
export async function readCallbackTarget(
	item: Item,
	metadata: IDataObject | null,
): Promise<CallbackTarget | undefined> {
	const { callbackUrl, callbackThisWorkflow } = optionsOf(item);
	const given = typeof callbackUrl === 'string' ? callbackUrl.trim() : '';
	if (given === '' && callbackThisWorkflow !== true) return undefined;
	const { provider } = item;
	if (!provider.callback) {
		throw badInput(
			item,
			`${provider.displayName} does not call back`,
			'Remove the callback from Options. Use Generate and Wait, or Job > Get on a schedule',
		);
	}
	const address = given === '' ? addressInWorkflow(item) : given;
	const problem = await whyNotCalled(item, address);
	if (problem) {
		throw badInput(
			item,
			`The callback URL ${problem}`,
			"Give the production URL of a Veo Reference Video Trigger, on an n8n that can be reached from the internet by https (n8n's setting WEBHOOK_URL)",
		);
	}
	if (Buffer.byteLength(JSON.stringify(metadata)) > maxMetadataBytes) {
		throw badInput(
			item,
			`Metadata has more than ${maxMetadataBytes} bytes, the most that a callback can carry`,
			'Give only a row number or an ID, and look up the rest when the video arrives',
		);
	}
	return { address, metadata, expires: Date.now() + tokenLifeMs };
}

function addressInWorkflow(item: Item): string {
	const address = triggerUrlsOf(item.functions)[item.provider.id];
	if (address) return address;
	throw badInput(
		item,
		`This workflow has no active Veo Reference Video Trigger for ${item.provider.displayName}`,
		'Add the trigger with this provider to the workflow and publish it, or copy the production URL of another one into Callback URL',
	);
}

/**
 * Why the provider would not call this address, or undefined. Providers call public https addresses;
 * a sandbox or a proxy of the user's may call others.
 */
export async function whyNotCalled(item: Item, address: string): Promise<string | undefined> {
	const { baseUrl } = await item.credentials();
	const isOwnHost = hostOf(baseUrl) !== hostOf(item.provider.baseUrl);
	return URL.canParse(address) && isOwnHost ? undefined : whyNotCallable(address);
}

/** Why no provider could call this address when the video has been made, or undefined. */
export function whyNotCallable(address: string): string | undefined {
	if (!/^https:\/\//i.test(address)) return 'does not start with https://';
	if (/\/webhook-test\//.test(address)) return 'is a test URL, which n8n forgets after two minutes';
	return whyUnfetchable(address);
}

const hostOf = (url: unknown) =>
	typeof url === 'string' && URL.canParse(url) ? new URL(url).host : '';

/** The address with a token that lets exactly one run start, and carries the metadata to it. */
export async function sealCallbackUrl(
	item: Item,
	model: string,
	{ address, ...rest }: CallbackTarget,
): Promise<string> {
	const { apiKey } = await item.credentials();
	const token = sealToken(String(apiKey), {
		provider: item.provider.id,
		model,
		item: item.index,
		nonce: newNonce(),
		receiver: rest.sleeper === undefined ? receiverIn(address) : undefined,
		...rest,
	});
	return withToken(address, token);
}

const triggerPath =
	/\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\/callback\/*$/i;

/**
 * The trigger whose address this is. Only the end of its path tells, because there may be a proxy
 * before n8n that has another host and another path.
 */
export const receiverIn = (address: string): string | undefined =>
	triggerPath.exec(new URL(address).pathname)?.[1];

export function withToken(address: string, token: string): string {
	const url = new URL(address);
	url.searchParams.set(tokenParameter, token);
	return url.toString();
}
