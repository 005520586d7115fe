import { describeModel, lifecycleNotices } from '../../../nodes/shared/description/lifecycle';
import type { Lifecycle, VideoProvider } from '../../../nodes/shared/types';
import { choicesOf, modelTable, shownField } from '../../nodes/parameters.mts';
import { publishedModel } from '../../providers/published.mts';

describe.each(modelTable)('%s, %s, %s', (_, provider, model, node, { models }) => {
	const { lifecycle } = publishedModel(model);

	it.each(['generate', 'generateAndWait', 'estimateCost'])(
		'%s says what is known of its end',
		(operation) => {
			const notice = shownField(node, { provider, model, operation }, 'lifecycleNotice');
			if (!lifecycle) {
				expect(notice).toBeUndefined();
				return;
			}
			const successor = models.find(({ id }) => id === lifecycle.successor)?.name;
			expect(notice?.displayName).toContain(lifecycle.since);
			expect(notice?.displayName).toContain(`choose ${successor ?? 'another provider'}.`);
		},
	);

	it('says it in the list of models, too', () => {
		const field = shownField(node, { provider }, 'model');
		const index = choicesOf(field).indexOf(model);
		const { description } = (field?.options as Array<{ description: string }>)[index];
		expect(description.includes('2026-10-22')).toBe(lifecycle !== undefined);
	});
});

describe('what is said of a model that is', () => {
	const provider = (state: Lifecycle['state']) =>
		({
			id: 'one',
			displayName: 'One',
			models: [
				{
					id: 'old',
					name: 'Old',
					description: 'Eight seconds',
					lifecycle: {
						state,
						since: '2027-01-02',
						successor: 'new',
						source: 'https://one.example',
					},
				},
				{ id: 'new', name: 'New', description: 'Ten seconds' },
			],
		}) as unknown as VideoProvider;

	it.each<[Lifecycle['state'], string, string]>([
		[
			'upstream_retired',
			'Eight seconds; Google ended its preview on 2027-01-02',
			'About this model: Google ended its preview on 2027-01-02. One does not document whether it still serves the model. If One refuses the model, choose New.',
		],
		[
			'deprecated',
			'Eight seconds; One called it outdated on 2027-01-02',
			'About this model: One called it outdated on 2027-01-02. If One refuses the model, choose New.',
		],
		[
			'retired',
			'Eight seconds; One withdrew it on 2027-01-02',
			'About this model: One withdrew it on 2027-01-02. Please choose New.',
		],
	])('%s', (state, described, noticed) => {
		const one = provider(state);
		expect(describeModel(one, one.models[0])).toBe(described);
		expect(describeModel(one, one.models[1])).toBe('Ten seconds');
		expect(lifecycleNotices([one], {}).map(({ displayName }) => displayName)).toEqual([noticed]);
	});
});
