import { whyNotJobId } from '../../../nodes/shared/wire/jobId';

const anything = {};
const numbers = { jobIdPattern: /^\d+$/ };

it.each([
	'42',
	'3f1c0d9e-8a51-4c7b-9d57-2f6f0a1c44be',
	'task-unified-1760000000-ab12cd34',
	'google/veo-3.1:8d1c0b7e',
	'a..b',
	'x'.repeat(300),
])('%s may be a job ID', (jobId) => {
	expect(whyNotJobId(anything, jobId)).toBeUndefined();
});

it.each([
	'',
	' ',
	'.',
	'..',
	'...',
	'a/..',
	'../a',
	'a/./b',
	'..\\a',
	'%2e%2e',
	'a b',
	'a\nb',
	'a\u0000b',
	'a?b',
	'a#b',
	'ａ',
	'x'.repeat(301),
])('%j is nobody’s job ID', (jobId) => {
	expect(whyNotJobId(anything, jobId)).toBe('unusable');
	expect(whyNotJobId({ jobIdPattern: /[^]*/ }, jobId)).toBe('unusable');
});

it('tells an ID that is not like the provider’s own', () => {
	expect(whyNotJobId(numbers, '42')).toBeUndefined();
	expect(whyNotJobId(numbers, 'forty-two')).toBe('other_shape');
});
