import { firstVideoUrl } from '../../../nodes/shared/wire/videoUrl';

const videoUrl = 'https://media.example.org/fox.mp4';

it.each([
	['a string', [videoUrl]],
	['an object', [{ url: videoUrl }]],
	['a list of strings', [[videoUrl]]],
	['a list of objects', [[{ url: videoUrl, content_type: 'video/mp4' }]]],
	['the second, when the first is empty', [[], null, undefined, '', { url: '' }, videoUrl]],
	['the first of several', [[videoUrl, 'https://media.example.org/other.mp4']]],
	['the first that is one, in a list', [[null, { url: null }, 'x', videoUrl]]],
])('the video of an answer: %s', (_, candidates) => {
	expect(firstVideoUrl(...candidates)).toBe(videoUrl);
});

it.each([[undefined], [null], [[]], [{}], ['ftp://x.example/v.mp4'], [5], [{ url: ['x'] }]])(
	'the video of an answer that has none: %j',
	(candidate) => {
		expect(firstVideoUrl(candidate)).toBeUndefined();
	},
);
