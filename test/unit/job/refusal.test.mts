import { providers } from '../../../nodes/shared/registry';

const feed = providers.find(({ withdrawals }) => withdrawals)?.withdrawals;
const id = 'google/veo-3.1-reference-to-video';
const parse = (...data: unknown[]) =>
	feed?.parse({ status: 200, headers: {}, isJson: true, body: { data } as never }, id);
const withdrawn = { id, aliases: [], status: 'withdrawn', replaced_by: 'google/new', reason: null };

describe('the list of withdrawn models of AI/ML API', () => {
	it('names the successor', () => {
		const message = `the model "${id}" has been withdrawn`;
		expect(parse({ id: 'other' }, withdrawn)).toEqual({ message, successor: 'google/new' });
	});

	it('knows a model by its alias, and says why', () => {
		const row = { ...withdrawn, id: 'other', aliases: [id], reason: 'Shut down.' };
		expect(parse(null, row)).toEqual({ message: 'Shut down.', successor: 'google/new' });
	});

	it.each(['deprecated', 'superseded', undefined])(
		'a model that is %s is still served',
		(status) => {
			expect(parse({ ...withdrawn, status })).toBeUndefined();
		},
	);

	it.each([null, 5, 'a b', '../x'])('%j is no successor', (replaced_by) => {
		expect(parse({ ...withdrawn, replaced_by })?.successor).toBeUndefined();
	});
});
