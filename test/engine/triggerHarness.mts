import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import express from 'express';
import type { Request, Response } from 'express';
import { WebhookContext } from 'n8n-core';
import { Workflow } from 'n8n-workflow';
import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	IWebhookData,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

import type { Sandbox } from '../../sandbox/server.mts';
import { credentialTypes, nodeTypes } from '../../scripts/sources.mts';
import { TestCredentials } from './credentials.mts';

export interface RunningTrigger {
	/** The production URL. */
	url: string;
	webhookId: string;
	/** Items of each run that was started, in order. */
	runs: INodeExecutionData[][];
	/** What n8n would keep of the trigger between restarts. */
	staticData: IDataObject;
	/** What is in its credential; may be changed. */
	credential: ICredentialDataDecryptedObject;
	/** What the trigger wrote to n8n's log. */
	warnings: string[];
}

export interface TriggerOptions {
	/** n8n gives each trigger its own one. */
	webhookId?: string;
	workflowId?: string;
}

const name = 'Trigger';

/** What any trigger of the process wrote to n8n's log; they share the limit of its rate. */
export const allWarnings: string[] = [];

const servers: Server[] = [];
afterEach(async () => {
	for (const server of servers.splice(0)) {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	}
});

/** The trigger in n8n's own webhook context, behind a server that reads bodies as n8n does. */
export async function startTrigger(
	sandbox: Sandbox,
	provider: string,
	parameters: INodeParameters = {},
	{ webhookId = crypto.randomUUID(), workflowId = crypto.randomUUID() }: TriggerOptions = {},
): Promise<RunningTrigger> {
	const type: INodeType = new nodeTypes.veoReferenceVideoTrigger();
	const credentials = type.description.credentials?.find((entry) =>
		entry.displayOptions?.show?.['/provider']?.includes(provider),
	);
	const credential = credentials?.name ?? '';
	const node: INode = {
		id: name,
		name,
		type: 'trigger',
		typeVersion: 1.1,
		position: [0, 0],
		webhookId,
		parameters: { provider, events: ['completed', 'failed'], options: {}, ...parameters },
		credentials: { [credential]: { id: credential, name: credential } },
	};
	const workflow = new Workflow({
		id: workflowId,
		nodes: [node],
		connections: {},
		active: true,
		nodeTypes: {
			getByName: () => type,
			getByNameAndVersion: () => type,
			getKnownTypes: () => ({}),
		},
	});
	const data: ICredentialDataDecryptedObject = { ...sandbox.credentials[provider] };
	const runs: INodeExecutionData[][] = [];
	const warnings: string[] = [];

	async function handle(request: Request, response: Response) {
		const additionalData = {
			httpRequest: request,
			httpResponse: response,
			credentialsHelper: new TestCredentials(
				Object.values(credentialTypes).map((Type) => new Type()),
				{ [credential]: data },
			),
			variables: {},
			webhookBaseUrl: 'http://127.0.0.1/webhook',
			webhookWaitingBaseUrl: 'http://127.0.0.1/webhook-waiting',
			instanceBaseUrl: 'http://127.0.0.1/',
			formWaitingBaseUrl: 'http://127.0.0.1/form-waiting',
		} as unknown as IWorkflowExecuteAdditionalData;
		const context = new WebhookContext(
			workflow,
			node,
			additionalData,
			'webhook',
			{} as IWebhookData,
			[],
			null,
		);
		context.logger.warn = (message: string) =>
			void [warnings, allWarnings].map((log) => log.push(message));
		const result = await type.webhook?.call(context);
		if (!response.headersSent) response.status(500).end();
		if (result?.workflowData) runs.push(result.workflowData[0]);
	}

	const app = express();
	app.use(express.raw({ type: () => true, limit: '16mb' }), (request, _response, next) => {
		Object.assign(request, {
			rawBody: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
		});
		next();
	});
	app.post('/*path', handle);
	const server = createServer(app);
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/webhook/${webhookId}/callback`,
		webhookId,
		runs,
		credential: data,
		staticData: workflow.getStaticData('global'),
		warnings,
	};
}
