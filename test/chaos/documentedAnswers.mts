import type { authorization } from '../../nodes/shared/http/authorization';
import type {
	SellingProvider,
	VideoProvider,
	WireRequest,
	WireResponse,
} from '../../nodes/shared/types';
import { isFailure } from '../../nodes/shared/wire/answers';
import { sandboxProviders } from '../../sandbox/registry.mts';
import type { Sandbox } from '../../sandbox/server.mts';
import { credentialTypes } from '../../scripts/sources.mts';
import { casesOf, fixture, hasFixture } from '../providers/answers.mts';
import { image } from '../providers/neutral.mts';
import { requestFor } from '../providers/requests.mts';
import { askBare } from '../sandbox/client.mts';

/** Where in a provider an answer is read. */
export type Call = keyof VideoProvider;

export interface DocumentedAnswer {
	call: Call;
	response: WireResponse;
}

/** The sandbox's key that may ask about the account. */
const adminKey = 'sandbox-admin-key';

/**
 * What a provider answers to each question that we can ask it: by its fixtures, and by the sandbox,
 * which speaks its documented contract.
 */
export async function documentedAnswers(
	sandbox: Sandbox,
	provider: SellingProvider,
): Promise<DocumentedAnswer[]> {
	const { hasAdminKeys } = sandboxProviders.find(({ id }) => id === provider.id) ?? {};
	const credential: Record<string, string> = {
		...sandbox.credentials[provider.id],
		apiKey: hasAdminKeys ? adminKey : sandbox.apiKey,
	};
	const type = new credentialTypes[provider.credential]();
	const authenticate = type.authenticate as ReturnType<typeof authorization>;
	const answers: DocumentedAnswer[] = casesOf(provider)
		.filter((name) => hasFixture(provider, name))
		.map((name) => ({ call: callOf(name), response: fixture(provider, name) }));

	const ask = async (call: Call, request: WireRequest): Promise<WireResponse> => {
		const { method, host = 'baseUrl', path, query, headers, body } = request;
		const url = `${credential[host]}${path}`;
		const signed = await authenticate(credential, { url, headers });
		const {
			status,
			headers: answered,
			data,
		} = await askBare(url, {
			method,
			params: query,
			data: body,
			headers: signed.headers as Record<string, string>,
		});
		const response = { status, headers: { ...answered }, body: data, isJson: true };
		answers.push({ call, response });
		return response;
	};

	const [model] = provider.models;
	const submit = async (prompt: string): Promise<string> => {
		const request = provider.submit.build(requestFor(provider, model, { prompt }));
		const accepted = provider.submit.parse(await ask('submit', request));
		if (isFailure(accepted)) throw new Error(`${provider.id}: ${accepted.message}`);
		return accepted.jobId;
	};
	const look = async (jobId: string) => {
		await ask('status', provider.status.build(jobId, model.id));
		if (provider.result) await ask('result', provider.result.build(jobId, model.id));
	};

	const { upload, cancel, balance, prices, withdrawals, recover } = provider;
	for (const end of ['', ' #sandbox:generation-failed', ' #sandbox:content-policy']) {
		const jobId = await submit(`A fox${end}`);
		await ask('status', provider.status.build(jobId, model.id));
		sandbox.finish(jobId);
		await look(jobId);
		if (cancel) await ask('cancel', cancel.build(jobId, model.id));
	}
	if (cancel) await ask('cancel', cancel.build(await submit('A fox'), model.id));
	await ask('status', provider.status.build('no-job', model.id));
	if (upload) await ask('upload', upload.build(image));
	if (balance) await ask('balance', balance.build());
	if (prices) await ask('prices', prices.build(requestFor(provider, model)));
	if (withdrawals) await ask('withdrawals', withdrawals.build());
	if (recover) {
		const start = new Date(Date.now() - 60_000).toISOString();
		await ask('recover', recover.build(model.id, { start }));
	}
	return answers;
}

const callOf = (name: string): Call => {
	if (name.endsWith('.result')) return 'result';
	return name === 'submit' || name === 'refused' ? 'submit' : 'status';
};
