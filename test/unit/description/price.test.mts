import type { INodeParameters } from 'n8n-workflow';

import { modelTable, shownFields } from '../../nodes/parameters.mts';
import type { ActionNode } from '../../nodes/parameters.mts';
import { publishedModel } from '../../providers/published.mts';

const noticesFor = (node: ActionNode, parameters: INodeParameters) =>
	shownFields(node, parameters)
		.filter(({ name }) => name === 'priceNotice')
		.map(({ displayName }) => displayName);

describe.each(modelTable)('%s, %s, %s', (_, provider, model, node, { displayName }, spec) => {
	const { prices, priceTexts = {} } = publishedModel(model);
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
			if (!prices) {
				expect([key, notices]).toEqual([key, []]);
				continue;
			}
			const label = resolution === '4k' ? '4K' : resolution;
			expect([key, notices]).toEqual([key, [expect.stringContaining(` cost ${priceTexts[key]}.`)]]);
			expect(notices[0]).toContain(`At ${displayName}'s list price, `);
			expect(notices[0]).toContain(label);
			expect(notices[0]).toContain(spec.durations.length > 1 ? '4 to 8 seconds' : ' 8 seconds');
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
		expect(notices).toHaveLength(prices ? 2 : 0);
	});
});
