import type { Locator, Page } from 'playwright-core';

import { eventually } from './eventually.mts';
import { NodeCreator } from './nodeCreator.mts';
import { NodePanel } from './nodePanel.mts';
import { testId } from './testId.mts';

/** Buttons that stay where they are when the canvas moves. */
const ABOVE_THE_CANVAS = [
	'.vue-flow__panel',
	'[class*="executionButtons"]',
	testId('execute-workflow-button'),
	testId('workflow-chat-button'),
].join();

/** n8n's editor: the canvas of one workflow, the search for nodes, and the panel of the open node. */
export class Editor {
	readonly creator: NodeCreator;

	readonly panel: NodePanel;

	readonly page: Page;

	constructor(page: Page) {
		this.page = page;
		this.creator = new NodeCreator(page);
		this.panel = new NodePanel(page);
	}

	async openNewWorkflow(): Promise<void> {
		await this.page.goto('/workflow/new');
		await this.page.locator(testId('canvas-add-button')).waitFor();
	}

	async openWorkflow(id: string): Promise<void> {
		await this.page.goto(`/workflow/${id}`);
		await this.nodes.first().waitFor();
	}

	/** Opens the list of a workflow's executions. */
	async openExecutions(id: string): Promise<void> {
		await this.page.goto(`/workflow/${id}/executions`);
		await this.page.locator(testId('current-executions-list')).waitFor();
	}

	/** The statuses in that list, and whether the canvas of the chosen execution is drawn beside it. */
	async executions(): Promise<{ statuses: Array<string | null>; isDrawn: boolean }> {
		const entries = this.page.locator('[data-test-execution-status]');
		const statuses = await entries.evaluateAll((elements) =>
			elements.map((element) => element.getAttribute('data-test-execution-status')),
		);
		return { statuses, isDrawn: await this.nodes.first().isVisible() };
	}

	/** What stands on the canvas: nodes and notes. */
	get everything(): Locator {
		return this.page.locator('.vue-flow__node');
	}

	get nodes(): Locator {
		return this.page.locator(testId('canvas-node'));
	}

	/** Names of the node types on the canvas. */
	async types(): Promise<string[]> {
		const types = await this.nodes.evaluateAll((nodes) =>
			nodes.map((node) => node.getAttribute('data-node-type')),
		);
		return types.filter((type) => type !== null);
	}

	/** Zooms until everything is in the window, and takes away what lies on top of the canvas. */
	async showEverything(): Promise<void> {
		await this.page.addStyleTag({
			content: `${ABOVE_THE_CANVAS} { visibility: hidden !important; }`,
		});
		await this.page.keyboard.press('1');
		let before: unknown;
		await eventually(async () => {
			const boxes = await Promise.all(
				(await this.everything.all()).map(async (one) => await one.boundingBox()),
			);
			const earlier = before;
			before = boxes;
			expect(boxes).toEqual(earlier);
		});
	}

	/** Opens the panel of a node. */
	async openNode(name: string): Promise<void> {
		await this.page.locator(`${testId('canvas-node')}[data-node-name="${name}"]`).dblclick();
		await this.panel.waitFor();
	}

	/** Opens the list of tools, by the plus below an AI Agent. */
	async openTools(agent: string): Promise<void> {
		const handle = this.page.locator(`[data-node-name="${agent}"][data-connection-type="ai_tool"]`);
		await handle.locator(testId('canvas-handle-plus')).click();
		await this.creator.waitFor();
	}
}
