import { splitImageUrls, whyUnfetchable } from '../../../nodes/shared/input/imageUrls';
import { sharePageOf } from '../../../nodes/shared/input/shareLinks';

const id = '1aB-cD_2eF3gH4iJ5kL6mN7oP8qR9sT0u';
const driveFile = `https://drive.usercontent.google.com/download?id=${id}&export=download`;

describe('a share link of Google Drive gives way to the file itself', () => {
	it.each([
		`https://drive.google.com/file/d/${id}/view?usp=sharing`,
		`https://drive.google.com/file/d/${id}/view`,
		`https://drive.google.com/file/d/${id}/edit?usp=drive_link`,
		`https://drive.google.com/file/d/${id}`,
		`https://drive.google.com/file/u/0/d/${id}/view`,
		`https://drive.google.com/open?id=${id}`,
		`https://drive.google.com/open?id=${id}&usp=drive_copy`,
		`https://drive.google.com/u/1/open?id=${id}`,
		`https://drive.google.com/a/example.org/file/d/${id}/view`,
		`https://drive.google.com/uc?id=${id}`,
		`https://drive.google.com/uc?export=view&id=${id}`,
		`https://drive.google.com/uc?export=download&id=${id}`,
		`https://docs.google.com/uc?export=download&id=${id}`,
		`http://DRIVE.google.com/open?id=${id}`,
	])('%s', (url) => {
		expect(sharePageOf(url)).toEqual({ service: 'Google Drive', direct: driveFile });
	});

	it('keeps the key that older files need', () => {
		const page = sharePageOf(`https://drive.google.com/file/d/${id}/view?resourcekey=0-x_Y`);
		expect(page?.direct).toBe(`${driveFile}&resourcekey=0-x_Y`);
	});
});

describe('a share link of Dropbox gives way to the file itself', () => {
	it.each([
		['https://www.dropbox.com/s/abc/fox.png?dl=0', 'https://www.dropbox.com/s/abc/fox.png?raw=1'],
		['https://www.dropbox.com/s/abc/fox.png', 'https://www.dropbox.com/s/abc/fox.png?raw=1'],
		[
			'https://www.dropbox.com/scl/fi/abc/fox.png?rlkey=k3y&st=x&dl=0',
			'https://www.dropbox.com/scl/fi/abc/fox.png?rlkey=k3y&st=x&raw=1',
		],
		['https://dropbox.com/s/abc/my%20fox.png?dl=0', 'https://dropbox.com/s/abc/my%20fox.png?raw=1'],
	])('%s', (url, direct) => {
		expect(sharePageOf(url)).toEqual({ service: 'Dropbox', direct });
	});
});

it.each([
	['Google Drive', 'https://drive.google.com/drive/folders/1aBcD?usp=sharing'],
	['Google Drive', 'https://drive.google.com/drive/u/0/folders/1aBcD'],
	['Google Drive', 'https://drive.google.com/drive/mobile/folders/1aBcD'],
	['Google Drive', 'https://drive.google.com/folderview?id=1aBcD'],
	['Google Drive', 'https://drive.google.com./drive/folders/1aBcD'],
	['Dropbox', 'https://www.dropbox.com/t/AbCdEf'],
	['Dropbox', 'https://www.dropbox.com/sh/abc/def?dl=0'],
	['Dropbox', 'https://www.dropbox.com/scl/fo/abc/def?rlkey=x&dl=0'],
])('a folder of %s has no file to give: %s', (service, url) => {
	expect(sharePageOf(url)).toEqual({ service });
});

it.each([
	driveFile,
	`https://lh3.googleusercontent.com/d/${id}`,
	`https://drive.google.com/thumbnail?id=${id}`,
	'https://drive.google.com/open',
	'https://www.dropbox.com/s/abc/fox.png?raw=1',
	'https://www.dropbox.com/s/abc/fox.png?dl=1',
	'https://dl.dropboxusercontent.com/s/abc/fox.png',
	'https://www.dropbox.com/home',
	'https://drive.google.com.example.org/file/d/abc/view',
	'https://example.org/drive.google.com/file/d/abc/view',
	'https://mydropbox.com/s/abc/fox.png?dl=0',
	'https://cdn.example.org/file/d/abc/fox.png?dl=0',
	'not a URL',
	'',
])('%s is no share link', (url) => {
	expect(sharePageOf(url)).toBeUndefined();
});

it('what is offered instead is a URL that we take', () => {
	for (const url of [
		`https://drive.google.com/file/d/${id}/view`,
		'https://www.dropbox.com/scl/fi/abc/fox.png?rlkey=k3y&dl=0',
	]) {
		const direct = sharePageOf(url)?.direct ?? '';
		expect(sharePageOf(direct)).toBeUndefined();
		expect(whyUnfetchable(direct)).toBeUndefined();
		expect(splitImageUrls(direct)).toEqual([direct]);
	}
});
