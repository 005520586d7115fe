import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Locator, Page } from 'playwright-core';

import { TAKEN } from '../../scripts/pictures/list.mts';
import { editor } from './session.mts';

interface Frame {
	/** Of the window, while the picture is taken. */
	width?: number;
	height?: number;
	/** What is to be seen; absent: the whole window. */
	of?: Locator[];
	/** Around it. */
	margin?: number;
}

/** Above a field is its label. */
const ABOVE = 16;

/** Takes a picture for the documents; `npm run pictures` makes it one of theirs. */
export async function takePicture(
	name: string,
	{ width = 1400, height = 660, of = [], margin = 12 }: Frame = {},
): Promise<void> {
	const { page } = editor();
	const before = page.viewportSize();
	await page.setViewportSize({ width, height });
	await leaveNothingOnTop(page);
	await page.waitForFunction(() => Array.from(document.images).every(({ complete }) => complete));
	await mkdir(TAKEN, { recursive: true });
	await page.screenshot({
		path: join(TAKEN, `${name}.png`),
		animations: 'disabled',
		clip: of.length > 0 ? await frameAround(of, margin, { width, height }) : undefined,
	});
	if (before) await page.setViewportSize(before);
}

/** Messages such as "Node executed successfully", and what stands beside a field that has the focus. */
async function leaveNothingOnTop(page: Page): Promise<void> {
	await page.mouse.move(0, 0);
	await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
	const messages = page.locator('.el-notification');
	await messages
		.locator('.el-notification__closeBtn')
		.evaluateAll((buttons) => buttons.forEach((button) => (button as HTMLElement).click()));
	await messages.first().waitFor({ state: 'detached' });
}

/** The part of the window in which all of these are. */
async function frameAround(
	of: Locator[],
	margin: number,
	window: { width: number; height: number },
) {
	const boxes = (await Promise.all(of.map(async (locator) => await locator.boundingBox()))).filter(
		(box) => box !== null,
	);
	const x = Math.max(0, Math.min(...boxes.map((box) => box.x)) - margin);
	const y = Math.max(0, Math.min(...boxes.map((box) => box.y)) - (margin && margin + ABOVE));
	const right = Math.max(...boxes.map((box) => box.x + box.width)) + margin;
	const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + margin;
	return {
		x,
		y,
		width: Math.min(right, window.width) - x,
		height: Math.min(bottom, window.height) - y,
	};
}
