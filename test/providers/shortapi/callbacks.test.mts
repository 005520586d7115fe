import { useCallbacks } from '../../sandbox/receivedCallbacks.mts';

const { sandbox, ended } = useCallbacks();

it.each([
	['data.id', (id: string) => ({ code: 0, data: { id, status: 2 } })],
	['data.job_id', (id: string) => ({ code: 0, data: { job_id: id, status: 2 } })],
	['job_id', (id: string) => ({ job_id: id })],
	['id', (id: string) => ({ id })],
] as const)('carries the job id at %s', async (shape, expected) => {
	sandbox().settings.shortapiCallbackShape = shape;
	const { id, first } = await ended('shortapi');
	expect(JSON.parse(first.body)).toMatchObject(expected(id));
});

it('can carry no id at all', async () => {
	sandbox().settings.shortapiCallbackShape = 'query';
	const { id, first } = await ended('shortapi');
	const { data } = JSON.parse(first.body);
	expect(Object.keys(data).sort()).toEqual(['result', 'status']);
	expect(data).not.toHaveProperty('id', id);
});
