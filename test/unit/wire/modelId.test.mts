import { isModelId } from '../../../nodes/shared/wire/modelId';

it.each([
	['google/gemini-omni-flash/v1.1/reference-to-video', true],
	['veo-3.1-generate-preview', true],
	['owner/app:latest', true],
	['', false],
	['a b', false],
	['/a', false],
	['a/', false],
	['a//b', false],
	['..', false],
	['a/../b', false],
	['a/./b', false],
	['a?b', false],
	['a%2fb', false],
	['x'.repeat(201), false],
])('%j as the id of a model: %s', (text, expected) => {
	expect(isModelId(text)).toBe(expected);
});
