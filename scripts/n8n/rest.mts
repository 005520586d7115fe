import axios from 'axios';
import type { AxiosInstance } from 'axios';
import { parse } from 'flatted';
import type {
	IConnections,
	INode,
	INodeExecutionData,
	INodeTypeDescription,
	IPinData,
	IRunExecutionData,
} from 'n8n-workflow';
import { setTimeout as pause } from 'node:timers/promises';

import { until } from '../until.mts';

/** Who owns the n8n of a demo, a test or a developer; it listens on this machine only. */
export const OWNER = {
	email: 'demo@veo-reference-video.example',
	password: 'Reference-2-Video',
	firstName: 'Demo',
	lastName: 'Owner',
};

/** For a person who opens that n8n. */
export const LOGIN_LINES = `  email     ${OWNER.email}\n  password  ${OWNER.password}`;

const ENDED = new Set(['success', 'error', 'crashed', 'canceled']);

export interface Workflow {
	name: string;
	nodes: INode[];
	connections: IConnections;
	settings?: Record<string, unknown>;
	/** What a node gives in manual runs, in place of being run. */
	pinData?: IPinData;
	/** What its nodes keep between executions. */
	staticData?: object | null;
}

export interface Credential {
	name: string;
	type: string;
	data: object;
}

export interface ExecutionSummary {
	id: string;
	status: string;
	mode: string;
	retryOf?: string;
}

export interface Execution extends ExecutionSummary {
	data: IRunExecutionData;
}

/**
 * Whether it sleeps, and would survive a kill -9: n8n 1 with SQLite writes the status a moment before
 * the data, and cannot resume what is killed between the two.
 */
export function isAsleep({ status, data }: Execution): boolean {
	return status === 'waiting' && data?.waitTill !== undefined;
}

export type TableRow = Record<string, string | number | null>;

interface ExecutionPage {
	results: ExecutionSummary[];
	nextCursor?: string | null;
}

/** What the editor does, over the REST API that the editor uses. */
export class N8nClient {
	private readonly http: AxiosInstance;

	constructor(url: string) {
		this.http = axios.create({ baseURL: url, proxy: false });
		this.http.interceptors.response.use(undefined, (error: unknown) => {
			throw readable(error);
		});
	}

	/** Logs in as the owner, who is created where there is none. */
	async enter(): Promise<void> {
		const { userManagement } = await this.get<{
			userManagement: { showSetupOnFirstLoad?: boolean };
		}>('/settings');
		await (userManagement.showSetupOnFirstLoad ? this.setUpOwner() : this.logIn());
	}

	/** Creates the owner of a new n8n and stays logged in. */
	async setUpOwner(): Promise<void> {
		const answer = await this.http.post('/rest/owner/setup', OWNER);
		this.keepCookie(answer.headers['set-cookie']);
	}

	async logIn(): Promise<void> {
		const { email, password } = OWNER;
		const answer = await this.http.post('/rest/login', { emailOrLdapLoginId: email, password });
		this.keepCookie(answer.headers['set-cookie']);
	}

	private keepCookie(cookies: string[] = []): void {
		const session = cookies.map((cookie) => cookie.split(';')[0]).join('; ');
		if (!session) throw new Error('n8n answered the login without a session cookie.');
		this.http.defaults.headers.common.Cookie = session;
	}

	/**
	 * All node types that n8n has loaded, as the editor gets them. n8n writes the list while it starts;
	 * until then it is cut off, and so a text.
	 */
	async nodeTypes(): Promise<INodeTypeDescription[]> {
		let types: INodeTypeDescription[] | string = '';
		await until('n8n has written the list of its nodes', async () => {
			types = (await this.http.get<typeof types>('/types/nodes.json')).data;
			return Array.isArray(types);
		});
		return types as unknown as INodeTypeDescription[];
	}

	/** What the editor previews of an output; `path` is version, resource and operation. */
	async outputSchema(type: string, path: string): Promise<unknown> {
		return (await this.http.get<unknown>(`/schemas/${type}/${path}.json`)).data;
	}

	async createCredential(credential: Credential): Promise<string> {
		return (await this.post<{ id: string }>('/credentials', credential)).id;
	}

	/** All of them, without their secrets. */
	async credentials(): Promise<Array<{ id: string; name: string; type: string }>> {
		return await this.get('/credentials');
	}

	/** The saved workflow. */
	async workflow(id: string): Promise<Workflow> {
		return await this.get(`/workflows/${id}`);
	}

	/** Creates it, or writes over the one of this type that has its name. @returns its id */
	async saveCredential(credential: Credential): Promise<string> {
		const { name, type } = credential;
		const same = (await this.credentials()).find(
			(known) => known.name === name && known.type === type,
		);
		if (!same) return await this.createCredential(credential);
		await this.http.patch(`/rest/credentials/${same.id}`, credential);
		return same.id;
	}

	async deleteCredential(id: string): Promise<void> {
		await this.http.delete(`/rest/credentials/${id}`);
	}

	/** The same check as the editor's "Retry" button on a credential. */
	async testCredential(
		credential: Credential,
	): Promise<{ status: 'OK' | 'Error'; message: string }> {
		return await this.post('/credentials/test', { credentials: { id: '', ...credential } });
	}

	async createWorkflow(workflow: Workflow): Promise<string> {
		const settings = { executionOrder: 'v1', ...workflow.settings };
		// Without `pinData`, n8n cannot execute a single step whose input is there already.
		const complete = { active: false, pinData: {}, ...workflow, settings };
		return (await this.post<{ id: string }>('/workflows', complete)).id;
	}

	/** Publishes it; n8n registers its webhooks only after it has answered. */
	async activate(workflowId: string): Promise<void> {
		await this.setActive(workflowId, true);
	}

	/** Takes it back: n8n starts it no more. */
	async deactivate(workflowId: string): Promise<void> {
		await this.setActive(workflowId, false);
	}

	private async setActive(workflowId: string, active: boolean): Promise<void> {
		const path = `/workflows/${workflowId}`;
		const { versionId } = await this.get<{ versionId: string }>(path);
		const isDone = await this.postIfThere(`${path}/${active ? 'activate' : 'deactivate'}`, {
			versionId,
		});
		if (!isDone) await this.http.patch(`/rest${path}`, { active, versionId });
	}

	/** For good; n8n deletes only what is archived, where it has an archive. */
	async deleteWorkflow(workflowId: string): Promise<void> {
		await this.postIfThere(`/workflows/${workflowId}/archive`, {});
		await this.http.delete(`/rest/workflows/${workflowId}`);
	}

	/** "Execute workflow" from the given trigger. @returns the execution's id */
	async runWorkflow(workflowId: string, trigger: string): Promise<string> {
		const { executionId } = await this.post<{ executionId: string }>(
			`/workflows/${workflowId}/run`,
			{
				// n8n 1 runs what the editor shows; n8n 2 runs what is saved.
				workflowData: await this.get<object>(`/workflows/${workflowId}`),
				triggerToStartFrom: { name: trigger },
			},
		);
		return executionId;
	}

	/** "Listen for test event" on a trigger; its test URL then takes one event. */
	async listenForTestEvent(workflowId: string, trigger: string): Promise<void> {
		await this.post(`/workflows/${workflowId}/run`, { triggerToStartFrom: { name: trigger } });
	}

	async getExecution(id: string): Promise<Execution> {
		const execution = await this.get<Omit<Execution, 'data'> & { data: string }>(
			`/executions/${id}`,
		);
		return { ...execution, data: parse(execution.data) as IRunExecutionData };
	}

	/** Every execution of the workflow, the latest first. */
	async executionsOf(workflowId: string): Promise<ExecutionSummary[]> {
		return await this.executions({ workflowId });
	}

	/** Every execution that has this status now. */
	async executionsWith(status: string): Promise<ExecutionSummary[]> {
		return await this.executions({ status: [status] });
	}

	private async executions(filter: object): Promise<ExecutionSummary[]> {
		const found = new Map<string, ExecutionSummary>();
		let cursor: string | null | undefined;
		do {
			const page = await this.get<ExecutionPage>('/executions', {
				filter: JSON.stringify(filter),
				limit: 100,
				...(cursor ? { cursor } : {}),
			});
			for (const execution of page.results) found.set(execution.id, execution);
			cursor = page.nextCursor;
		} while (cursor);
		return [...found.values()];
	}

	/** Waits until the execution has ended, however it ended. */
	async waitForExecution(id: string, withinMs = 120_000): Promise<Execution> {
		const deadline = Date.now() + withinMs;
		for (;;) {
			const execution = await this.getExecution(id);
			if (ENDED.has(execution.status)) {
				// n8n 1 writes the status a moment before the data, and after a kill calls what sleeps crashed for a moment.
				await pause(300);
				const settled = await this.getExecution(id);
				if (ENDED.has(settled.status)) return settled;
			}
			if (Date.now() > deadline) {
				const node = execution.data.resultData.lastNodeExecuted ?? 'its first node';
				throw new Error(
					`Execution ${id} is still ${execution.status} after ${withinMs / 1000} s, at ${node}.`,
				);
			}
			await pause(300);
		}
	}

	/**
	 * n8n's own retry of a failed execution; answers when the new one has ended.
	 * @param loadWorkflow true: with the workflow as it is saved now; false: as it was in the failed execution
	 * @returns the new execution's id
	 */
	async retryExecution(id: string, loadWorkflow: boolean): Promise<string> {
		return (await this.post<{ id: string }>(`/executions/${id}/retry`, { loadWorkflow })).id;
	}

	async stopExecution(id: string): Promise<void> {
		await this.post(`/executions/${id}/stop`, {});
	}

	/** A data table of text columns in the owner's project. @returns its id */
	async createTable(name: string, columns: string[]): Promise<string> {
		const typed = columns.map((column) => ({ name: column, type: 'string' }));
		const tables = await this.tablesPath();
		return (await this.post<{ id: string }>(tables, { name, columns: typed })).id;
	}

	async deleteTable(tableId: string): Promise<void> {
		await this.http.delete(`/rest${await this.tablesPath()}/${tableId}`);
	}

	async addRows(tableId: string, rows: TableRow[]): Promise<void> {
		await this.post(`${await this.tablesPath()}/${tableId}/insert`, { data: rows });
	}

	async readRows(tableId: string): Promise<TableRow[]> {
		const path = `${await this.tablesPath()}/${tableId}/rows`;
		return (await this.get<{ data: TableRow[] }>(path, { sortBy: 'id:asc', take: 250 })).data;
	}

	private async tablesPath(): Promise<string> {
		const { id } = await this.get<{ id: string }>('/projects/personal');
		return `/projects/${id}/data-tables`;
	}

	private async get<T>(path: string, params?: Record<string, string | number>): Promise<T> {
		return (await this.http.get<{ data: T }>(`/rest${path}`, { params })).data.data;
	}

	/** @returns whether this n8n has the call: early ones of n8n 1 lack some */
	private async postIfThere(path: string, body: object): Promise<boolean> {
		const { status } = await this.http.post(`/rest${path}`, body, {
			validateStatus: (code) => code < 300 || code === 404,
		});
		return status !== 404;
	}

	private async post<T>(path: string, body: object): Promise<T> {
		return (await this.http.post<{ data: T }>(`/rest${path}`, body)).data.data;
	}
}

/** The items that a node gave on its first output in its last run; none when it did not run. */
export function outputOf(execution: Execution, node: string): INodeExecutionData[] {
	return execution.data.resultData.runData[node]?.at(-1)?.data?.main[0] ?? [];
}

function readable(error: unknown): unknown {
	if (!axios.isAxiosError(error)) return error;
	const call = `${error.config?.method?.toUpperCase()} ${error.config?.url}`;
	if (!error.response) return new Error(`n8n did not answer ${call}: ${error.message}`);
	const { message } = (error.response.data ?? {}) as { message?: string };
	return new Error(`n8n answered ${error.response.status} to ${call}: ${message ?? 'no message'}`);
}
