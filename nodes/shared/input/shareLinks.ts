/** A link to a page about a file, and the link to the file itself where there is one. */
export interface SharePage {
	service: string;
	direct?: string;
}

/**
 * Recognises share links of Google Drive and Dropbox. Browsers show an image behind them, but a
 * provider that fetches one gets a page. Undefined for every other URL.
 */
export function sharePageOf(url: string): SharePage | undefined {
	if (!URL.canParse(url)) return undefined;
	const parsed = new URL(url);
	const host = parsed.hostname.replace(/\.$/, '').replace(/^www\./, '');
	if (host === 'drive.google.com' || host === 'docs.google.com') return googleDrivePage(parsed);
	if (host === 'dropbox.com') return dropboxPage(parsed);
	return undefined;
}

/** `/file/d/<id>/view`, `/open?id=<id>`, `/uc?id=<id>`, each also below `/u/<account>`; folders. */
function googleDrivePage({ pathname, searchParams }: URL): SharePage | undefined {
	const service = 'Google Drive';
	const path = pathname.replace(/^(\/a\/[^/]+)?(\/u\/\d+)?/, '');
	if (/^(\/drive)?(\/mobile)?(\/u\/\d+)?\/folders\//.test(path)) return { service };
	if (path === '/folderview') return { service };
	const named = /^\/file\/(?:u\/\d+\/)?d\/([\w-]+)/.exec(path)?.[1];
	const id = named ?? (/^\/(open|uc)$/.test(path) ? searchParams.get('id') : null);
	if (!id) return undefined;
	const direct = new URL('https://drive.usercontent.google.com/download');
	direct.searchParams.set('id', id);
	direct.searchParams.set('export', 'download');
	const resourceKey = searchParams.get('resourcekey');
	if (resourceKey) direct.searchParams.set('resourcekey', resourceKey);
	return { service, direct: direct.href };
}

/** Folders and transfers; `/s/…` and `/scl/fi/…` are pages unless they ask for the file, with `raw=1` or `dl=1`. */
function dropboxPage(url: URL): SharePage | undefined {
	const service = 'Dropbox';
	if (/^\/(sh|t|scl\/fo)\//.test(url.pathname)) return { service };
	if (!/^\/(s|scl\/fi)\//.test(url.pathname)) return undefined;
	if (url.searchParams.get('raw') === '1' || url.searchParams.get('dl') === '1') return undefined;
	const direct = new URL(url);
	direct.searchParams.delete('dl');
	direct.searchParams.set('raw', '1');
	return { service, direct: direct.href };
}
