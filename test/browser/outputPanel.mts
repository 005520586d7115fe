import type { Locator, Page } from 'playwright-core';

import { testId } from './testId.mts';

/** What a node has returned, at the right of its panel. */
export class OutputPanel {
	readonly panel: Locator;

	constructor(page: Page) {
		this.panel = page.locator(testId('output-panel'));
	}

	/** Waits until the node has succeeded or failed. */
	async waitForStatus(): Promise<void> {
		const success = this.panel.locator(testId('node-run-status-success'));
		await success.or(this.panel.locator(testId('node-run-status-danger'))).waitFor();
	}

	async waitForItems(): Promise<void> {
		await this.panel.locator(testId('ndv-items-count')).waitFor();
	}

	/** The items as the view JSON shows them. */
	async json(): Promise<unknown> {
		await this.panel.locator(testId('radio-button-json')).click();
		const items = this.panel.locator(testId('ndv-data-container')).locator('.vjs-tree');
		// It indents with spaces that do not break, which JSON does not know.
		return JSON.parse((await items.innerText()).replaceAll('\u00a0', ' ')) as unknown;
	}

	/** What the view Binary says of the file. */
	async file(): Promise<string> {
		await this.panel.locator(testId('radio-button-binary')).click();
		return await this.panel.locator(testId('ndv-binary-data_0')).innerText();
	}

	/** Opens the preview of the file. @returns the element that plays it */
	async viewFile(): Promise<Locator> {
		await this.panel.locator(testId('ndv-view-binary-data')).click();
		const video = this.panel.locator('video');
		await video.waitFor();
		return video;
	}

	/** Our message, and below it the next step. */
	async error(): Promise<{ message: string; description: string }> {
		const text = async (id: string) => await this.panel.locator(testId(id)).innerText();
		return {
			message: await text('node-error-message'),
			description: await text('node-error-description'),
		};
	}
}
