import type { Locator, Page } from 'playwright-core';

import { testId } from './testId.mts';

/** The list at the right, in which a user looks for a node. */
export class NodeCreator {
	private readonly list: Locator;

	private readonly page: Page;

	constructor(page: Page) {
		this.page = page;
		this.list = page.locator(testId('node-creator'));
	}

	/** With the key that n8n has for it. */
	async open(): Promise<void> {
		await this.page.keyboard.press('n');
		await this.waitFor();
	}

	async waitFor(): Promise<void> {
		await this.list.locator('input').waitFor();
	}

	async close(): Promise<void> {
		await this.page.keyboard.press('Escape');
		await this.list.waitFor({ state: 'detached' });
	}

	async search(word: string): Promise<void> {
		await this.list.locator('input').fill(word);
	}

	/** Of the nodes that were found, or of the actions of the one that was chosen. */
	async names(): Promise<string[]> {
		return await this.list.locator(testId('node-creator-item-name')).allInnerTexts();
	}

	async choose(name: string): Promise<void> {
		const named = this.page.getByText(name, { exact: true });
		await this.list.locator(testId('node-creator-item-name')).and(named).first().click();
	}

	/** Width of the icon beside each of these names; 0 for a picture that was not loaded. */
	async iconWidths(names: string[]): Promise<number[]> {
		const items = this.list.locator(testId('item-iterator-item'));
		const widths = names.map(async (name) => {
			const named = items.filter({ has: this.page.getByText(name, { exact: true }) });
			return await named
				.locator('img')
				.evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth));
		});
		return (await Promise.all(widths)).flat();
	}
}
