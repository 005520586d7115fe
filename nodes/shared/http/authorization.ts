import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

/**
 * Writes the key into the Authorization header. Not declarative, because n8n 2.41 cannot evaluate
 * the expressions of an authentication in workflows with combined binary data.
 */
export const authorization =
	(scheme: 'Bearer' | 'Key') =>
	async (
		{ apiKey }: ICredentialDataDecryptedObject,
		options: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => ({
		...options,
		headers: { ...options.headers, Authorization: `${scheme} ${String(apiKey)}` },
	});
