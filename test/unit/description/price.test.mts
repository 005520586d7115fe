import type { INodeParameters } from 'n8n-workflow';

import { modelTable, shownFields } from '../../nodes/parameters.mts';
import type { ActionNode } from '../../nodes/parameters.mts';
import { publishedModel } from '../../providers/published.mts';

const noticesFor = (node: ActionNode, parameters: INodeParameters) =>
	shownFields(node, parameters)
		.filter(({ name }) => name === 'priceNotice')
		.map(({ displayName }) => displayName);

describe.each(modelTable)('%s, %s, %s', (_, provider, model, node, { displayName }, spec) => {
	const { priceTexts = {} } = publishedModel(model);
	const formats = (spec.modes ?? [undefined]).flatMap((mode) =>
		spec.resolutions.map((resolution) => [mode, resolution] as const),
	);

	it.each(['generate', 'generateAndWait', 'estimateCost'])('%s tells the price', (operation) => {
		for (const [mode, resolution] of formats) {
			const key = [mode, resolution].filter(Boolean).join(' ');
			const notices = noticesFor(node, {
				...{ provider, model, operation, resolution },
				...(mode && { mode }),
			});
			if (!priceTexts[key]) {
				expect([key, notices]).toEqual([key, []]);
				continue;
			}
			const label = resolution === '4k' ? '4K' : resolution;
			expect([key, notices]).toEqual([key, [expect.stringContaining(` cost ${priceTexts[key]}.`)]]);
			expect(notices[0]).toContain(`At ${displayName}'s list price, `);
			expect(notices[0]).toContain(label);
			const [shortest, longest] = [spec.durations[0], spec.durations.at(-1)];
			expect(notices[0]).toContain(
				shortest === longest ? ', 8 seconds in' : `, ${shortest} to ${longest} seconds in`,
			);
		}
	});

	it.each([
		['video', 'download'],
		['job', 'get'],
	])('%s %s, which costs nothing, tells none', (resource, operation) => {
		expect(noticesFor(node, { provider, model, resource, operation })).toEqual([]);
	});

	it('a resolution from a spreadsheet shows every price of the model', () => {
		const notices = noticesFor(node, { provider, model, resolution: '={{ $json.resolution }}' });
		const { modes: [mode = ''] = [] } = spec;
		const texts = Object.entries(priceTexts).filter(([key]) => key.startsWith(mode));
		expect(notices).toHaveLength(new Set(texts.map(([, text]) => text)).size);
	});
});
