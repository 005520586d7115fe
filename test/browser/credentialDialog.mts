import type { Locator, Page } from 'playwright-core';

import { testId } from './testId.mts';

/** The form of a credential; n8n tests it on saving, and closes it when the test passes. */
export class CredentialDialog {
	readonly dialog: Locator;

	private constructor(page: Page) {
		this.dialog = page.locator(testId('editCredential-modal'));
	}

	static async opened(page: Page): Promise<CredentialDialog> {
		const opened = new CredentialDialog(page);
		await opened.dialog.locator(testId('parameter-input-apiKey')).waitFor();
		return opened;
	}

	async fillIn(data: Record<string, string>): Promise<void> {
		for (const [name, value] of Object.entries(data)) {
			await this.dialog
				.locator(testId(`parameter-input-${name}`))
				.getByRole('textbox')
				.fill(value);
		}
	}

	async save(): Promise<void> {
		await this.dialog.locator(testId('credential-save-button')).click();
	}

	async waitUntilClosed(): Promise<void> {
		await this.dialog.waitFor({ state: 'detached' });
	}

	async close(): Promise<void> {
		await this.dialog.getByRole('button', { name: 'Close this dialog' }).click();
		await this.waitUntilClosed();
	}

	async notices(): Promise<string[]> {
		return await this.dialog.locator('.notice-content:visible').allInnerTexts();
	}

	/** Waits for the green answer. */
	async waitForPassed(): Promise<void> {
		const green = this.dialog.locator('.el-tag--success');
		await green.getByText('Connection tested successfully').waitFor();
	}

	/** Waits for the red answer. @returns what n8n says under "More details" */
	async whyRefused(): Promise<string> {
		const red = this.dialog.locator('.el-tag--danger:visible');
		await red.getByText('Couldn’t connect with these settings').waitFor();
		await red.getByText('More details').click();
		return await red.locator('[class*="details"]').innerText();
	}
}
