import { ICredentialsHelper } from 'n8n-workflow';
import type {
	ICredentialDataDecryptedObject,
	ICredentials,
	ICredentialType,
	IHttpRequestOptions,
} from 'n8n-workflow';

import type { authorization } from '../../nodes/shared/http/authorization';

const unused = () => {
	throw new Error('the engine does not use this');
};

/**
 * The part of n8n's credential store that the engine asks for: which data a type has, and its own
 * `authenticate` written onto a request. Storing and encrypting is tested on the real n8n.
 */
export class TestCredentials extends ICredentialsHelper {
	#types: ICredentialType[];

	#data: Record<string, ICredentialDataDecryptedObject>;

	constructor(types: ICredentialType[], data: Record<string, ICredentialDataDecryptedObject>) {
		super();
		this.#types = types;
		this.#data = data;
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	async authenticate(
		{ apiKey }: ICredentialDataDecryptedObject,
		typeName: string,
		options: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const type = this.#types.find(({ name }) => name === typeName);
		const authenticate = type?.authenticate as ReturnType<typeof authorization>;
		return await authenticate({ apiKey }, options);
	}

	async getDecrypted(_: unknown, __: unknown, type: string) {
		return { ...this.#data[type] };
	}

	async preAuthentication(): Promise<undefined> {
		return undefined;
	}

	async runPreAuthentication(): Promise<undefined> {
		return undefined;
	}

	getCredentials = unused as unknown as () => Promise<ICredentials>;

	updateCredentials = unused as unknown as () => Promise<void>;

	updateCredentialsOauthTokenData = unused as unknown as () => Promise<void>;

	getCredentialsProperties = unused as never;
}
