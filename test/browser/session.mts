import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

import { CACHE } from '../../scripts/folders.mts';
import { OWNER } from '../../scripts/n8n/rest.mts';
import { useSession, withoutNetwork } from '../e2e/n8nSession.mts';
import { Editor } from './editor.mts';

/** The editor is slow on a machine with much else to do. */
jest.setTimeout(120_000);

/** A picture of the editor at the end of each test, to look at. */
const PICTURES = join(CACHE, 'browser');

const ARGS = [
	// Chromium's sandbox does not work for root.
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

/** One n8n and one Chromium for all tests. The providers are on this machine, so no network is needed. */
export const session = useSession(1, { allowHttpCallbacks: true, env: withoutNetwork });

let browser: Browser | undefined;
let open: Editor | undefined;

export const editor = (): Editor => open as Editor;

beforeAll(async () => {
	await rm(PICTURES, { recursive: true, force: true });
	await mkdir(PICTURES, { recursive: true });
	browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ARGS });
	const { url } = session().n8n;
	const context = await browser.newContext({
		baseURL: url,
		viewport: { width: 1440, height: 1000 },
		reducedMotion: 'reduce',
	});
	context.setDefaultTimeout(30_000);
	context.setDefaultNavigationTimeout(90_000);
	const { email, password } = OWNER;
	const answer = await context.request.post('/rest/login', {
		data: { emailOrLdapLoginId: email, password },
	});
	expect(answer.status()).toBe(200);
	open = new Editor(await context.newPage());
}, 60_000);

afterEach(async () => {
	const { currentTestName = 'test' } = expect.getState();
	const name = currentTestName.replace(/[^\w.]+/g, '-').slice(0, 100);
	await open?.page.screenshot({ path: join(PICTURES, `${name}.png`) });
});

afterAll(async () => await browser?.close());
