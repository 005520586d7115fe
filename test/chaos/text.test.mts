import fc from 'fast-check';

import { looksLikeToken, openToken } from '../../nodes/shared/callback/token';
import { networkOf } from '../../nodes/shared/http/networks';
import { retryAfterMs } from '../../nodes/shared/http/send';
import { isTooLong, splitImageUrls, whyUnfetchable } from '../../nodes/shared/input/imageUrls';
import { readRequest } from '../../nodes/shared/input/parameters';
import { sharePageOf } from '../../nodes/shared/input/shareLinks';
import { readJobFields } from '../../nodes/shared/job/job';
import { textOf } from '../../nodes/shared/n8n/item';
import { providers, providersAndSimulator } from '../../nodes/shared/registry';
import { describeText, httpUrl } from '../../nodes/shared/wire/answers';
import { whyNotJobId } from '../../nodes/shared/wire/jobId';
import { isModelId } from '../../nodes/shared/wire/modelId';
import { withoutSecrets } from '../../nodes/shared/wire/secrets';
import { itemWith } from '../item.mts';
import { parsersOf } from '../providers/parsers.mts';
import { answer } from '../providers/neutral.mts';
import { runs } from './runs.mts';
import { workOf } from './work.mts';

const urls = (text: string) => splitImageUrls(text).map((url) => [whyUnfetchable(url), page(url)]);
const page = (url: string) =>
	URL.canParse(url) ? [sharePageOf(url), networkOf(new URL(url))] : [];

/** What is read out of a cell of a sheet, in whatever field it stands; it may be refused. */
const request = (parameters: object) => () => {
	const item = itemWith({ imageUrls: 'https://x.example/a.png', prompt: 'a fox', ...parameters });
	try {
		readRequest({ ...item, provider: providers[0] });
	} catch {
		// The error is about the cell.
	}
};

/** All that reads a text that other people have written. */
const readers: Record<string, (text: string) => unknown> = {
	'links in a cell': urls,
	'links in cells': (text) => splitImageUrls(text.split(' ')),
	'links in a list in the cell': (text) => splitImageUrls(JSON.stringify(text.split(' '))),
	'a list in a list': (text) => splitImageUrls([[text], [[text]]]),
	'the length of a cell': isTooLong,
	'a link to a file': (text) => page(`https://x.example/${text}`),
	'a link to a page': (text) => sharePageOf(`https://drive.google.com/${text}`),
	'a host': (text) => page(`https://${text.replace(/[^\w.-]/g, '.')}/`),
	'a prompt': (text) => request({ prompt: text })(),
	'image links': (text) => request({ imageUrls: text })(),
	'a model': (text) => request({ model: text, options: { modelId: text } })(),
	'a choice': (text) => request({ resolution: text, aspectRatio: text, duration: text })(),
	'the name of a file': (text) => request({ imageSource: 'binary', imageBinaryFields: text })(),
	'a job ID': (text) => providersAndSimulator.map((provider) => whyNotJobId(provider, text)),
	'a model ID': isModelId,
	'an item': (text) => readJobFields({ jobId: text, error: text, videoUrl: text, status: text }),
	'a value': (text) => [textOf(text), textOf({ text })],
	'a reason': (text) => [describeText(text), describeText(`https://x.example/?${text}`)],
	'a video URL': httpUrl,
	'a token': (text) => [looksLikeToken(text), openToken('key', text, 0)],
	'a token in parts': (text) => openToken('key', `v1.${text}.${text}`, 0),
	'a Retry-After': (text) =>
		retryAfterMs({ ...answer(429, {}), headers: { 'retry-after': text } }, 0),
	'an answer': (text) => withoutSecrets({ [text]: text, list: [text, { text }] }, 'key'),
};
for (const provider of providersAndSimulator) {
	for (const { call, name = call, parse } of parsersOf(provider)) {
		readers[`${provider.id}: an answer to ${name}`] = (text) => {
			const fields = { id: text, request_id: text, status: text, message: text, detail: text };
			const error = { code: text, message: text, type: text };
			for (const status of [200, 403, 422]) {
				parse(answer(status, { ...fields, error, data: { ...fields, error } }));
			}
		};
	}
}

const pieces = fc.oneof(
	fc.constantFrom(
		...['https://x.example/a.png', 'http://', 'https:', 'x', '/', '//', '.', '..', '@', ':', '?'],
		...[' ', '\n', '\t', ',', ';', ', ', ' ,; ', '|', '，', '\u200b', '\u00a0', '\ufeff', '\u202a'],
		...['[', ']', '"', '\\', '["', '"]', '{', '}', '%', '%20', '&', '=', '#', '-', '_', 'v1.'],
		...['?sig=', 'veoToken=', 'a,https://b.example/', 'file/d/', 'u/0/', '\ud83e\udd8a', '\ud800'],
	),
	fc.string({ maxLength: 5 }),
);

const units = fc.array(pieces, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));

/** Shorter texts differ by what is done once. */
const shortLength = 2000;

it.each(Object.entries(readers))(
	'%s: four times the text is about four times the work',
	(_, reads) => {
		fc.assert(
			fc.property(pieces, units, pieces, (before, unit, after) => {
				fc.pre(unit.length > 0);
				const count = Math.ceil(shortLength / unit.length);
				const text = (times: number) => before + unit.repeat(times) + after;
				const [short, long] = [count, 4 * count].map((times) => workOf(() => reads(text(times))));
				// If it grew with the square, there would be sixteen times as much.
				expect(long).toBeLessThan(6 * short + 1000);
			}),
			runs(40),
		);
	},
);

it('work that grows with the square of the text is noticed', () => {
	const firsts = (text: string) =>
		text.split('').filter((_, index, all) => all.indexOf('x') === index);
	const [short, long] = [500, 2000].map((times) => workOf(() => firsts('y'.repeat(times))));
	expect(long).toBeGreaterThan(15 * short);
});
