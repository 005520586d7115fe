import type { Locator, Page } from 'playwright-core';

import { CredentialDialog } from './credentialDialog.mts';
import { OutputPanel } from './outputPanel.mts';
import { testId } from './testId.mts';

export interface Form {
	/** Name and label of each field, in order. */
	fields: Array<[name: string, label: string]>;
	notices: string[];
	/** Labels of what can be added to Options. */
	options: string[];
	/** Labels of the credential selectors. */
	credentials: string[];
}

/** The open node: its parameters, and beside them its output. */
export class NodePanel {
	readonly output: OutputPanel;

	private readonly page: Page;

	readonly parameters: Locator;

	constructor(page: Page) {
		this.page = page;
		this.parameters = page.locator(testId('node-parameters'));
		this.output = new OutputPanel(page);
	}

	async waitFor(): Promise<void> {
		await this.parameters.waitFor();
	}

	/** What stands in a picture of the form: its fields from the first on, and the button above them. */
	async fromTheTop(): Promise<Locator[]> {
		await this.parameters.evaluate((element) => {
			for (let outer: Element | null = element; outer; outer = outer.parentElement) {
				outer.scrollTop = 0;
			}
		});
		return [this.page.locator(testId('node-execute-button')), this.parameters];
	}

	async close(): Promise<void> {
		await this.page.locator(testId('ndv-close-button')).click();
		await this.parameters.waitFor({ state: 'detached' });
	}

	/** So that a test that failed does not stand in the way of the next one. */
	async closeIfOpen(): Promise<void> {
		if (await this.parameters.isVisible()) await this.close();
	}

	/** All that the panel says, its headings included. */
	async text(): Promise<string> {
		return await this.page.locator(testId('ndv')).innerText();
	}

	/** All that is to be seen of the form. */
	async form(): Promise<Form> {
		const labels = this.parameters.locator(`${testId('input-label')} label:visible`);
		return {
			fields: await labels.evaluateAll((elements) =>
				elements.map((element) => [
					element.getAttribute('for') ?? '',
					element.querySelector('span')?.innerText.trim() ?? '',
				]),
			),
			notices: await this.parameters.locator('.notice-content:visible').allInnerTexts(),
			options: await this.addableOptions(),
			credentials: await this.parameters.locator(testId('credentials-label')).allInnerTexts(),
		};
	}

	notice(words: string): Locator {
		return this.parameters.locator('.notice-content:visible', { hasText: words });
	}

	field(name: string): Locator {
		return this.parameters.locator(testId(`parameter-input-${name}`));
	}

	/** The text of a dropdown. */
	async chosen(name: string): Promise<string> {
		return await this.field(name).getByRole('combobox').inputValue();
	}

	/** Opens a dropdown and takes one of its options. @returns the labels of all of them */
	async choose(name: string, label: string): Promise<string[]> {
		const box = this.field(name).getByRole('combobox');
		const labels = (await this.openList(box)).locator('.option-headline');
		const all = await labels.allInnerTexts();
		await labels.and(this.page.getByText(label, { exact: true })).click();
		return all;
	}

	private async addableOptions(): Promise<string[]> {
		const box = this.parameters.locator(testId('collection-parameter-add')).getByRole('combobox');
		const list = await this.openList(box);
		const labels = await list
			.locator(`${testId('collection-parameter-option')}:visible`)
			.allInnerTexts();
		await box.press('Escape');
		return labels;
	}

	/** Clicks a dropdown. @returns the list that it controls, which stands elsewhere on the page */
	private async openList(box: Locator): Promise<Locator> {
		await box.click();
		const list = this.page.locator(`[id="${await box.getAttribute('aria-controls')}"]`);
		await list.waitFor();
		return list;
	}

	/** The name of the chosen credential; empty when there is none. */
	async credential(): Promise<string> {
		return await this.parameters
			.locator(testId('node-credentials-select'))
			.getByRole('combobox')
			.inputValue();
	}

	async newCredential(): Promise<CredentialDialog> {
		await this.parameters.locator(testId('node-credentials-select')).getByRole('combobox').click();
		await this.page.locator(`${testId('node-credentials-select-item-new')}:visible`).click();
		return await CredentialDialog.opened(this.page);
	}

	async editCredential(): Promise<CredentialDialog> {
		await this.parameters.locator(testId('credential-edit-button')).click();
		return await CredentialDialog.opened(this.page);
	}

	/** Shows one of the two addresses of a trigger. */
	async webhookUrl(kind: 'test' | 'production'): Promise<string> {
		const url = this.parameters.locator('.webhook-url');
		const folded = this.parameters.getByText('Webhook URLs');
		if (!(await url.isVisible())) await folded.click();
		await this.parameters.locator(testId(`radio-button-${kind}`)).click();
		return (await url.innerText()).trim();
	}

	/** Waits for one call of the test URL. */
	async listen(): Promise<void> {
		await this.page.locator(testId('trigger-execute-button')).click();
		await this.page.locator(testId('trigger-listening')).waitFor();
	}

	/** Executes the node, and waits until n8n is ready for the next one. */
	async executeStep(): Promise<void> {
		await this.page.locator(testId('node-execute-button')).click();
		await this.output.waitForStatus();
		await this.page.locator(testId('stop-execution-button')).waitFor({ state: 'detached' });
	}
}
