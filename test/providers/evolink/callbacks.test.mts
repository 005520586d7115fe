import { clientOf } from '../../sandbox/client.mts';
import { settle, useCallbacks } from '../../sandbox/receivedCallbacks.mts';

const { sandbox, receiver, submit, ended } = useCallbacks();
const askBearer = clientOf(sandbox, 'Bearer');
const prompt = 'A lamp';

it('is the answer of the task query, unsigned', async () => {
	const { id, first } = await ended('evolink');
	const { data } = await askBearer('get', `/evolink/v1/tasks/${id}`);
	expect(JSON.parse(first.body)).toEqual(data);
	expect(data.status).toBe('completed');
	expect(Object.keys(first.headers).filter((name) => name.startsWith('x-'))).toEqual([]);
});

it('comes for failed jobs, and three times again at most', async () => {
	receiver().answers.push(...Array(9).fill(500));
	const { first } = await ended('evolink', 'a #sandbox:content-policy');
	expect(JSON.parse(first.body).error.code).toBe('content_policy_violation');
	await receiver().arrived(4);
	await settle();
	expect(receiver().received).toHaveLength(4);
});

it.each(['http://app.example.org/callback', 'https://10.1.2.3/callback', 'https://localhost/x'])(
	'is refused at submit for %s, unless such addresses are allowed',
	async (address) => {
		expect(await submit('evolink', prompt, address)).toEqual(expect.any(String));
		sandbox().settings.allowHttpCallbacks = false;
		expect(await submit('evolink', prompt, address)).toBeUndefined();
		expect(sandbox().requests.at(-1)?.status).toBe(400);
	},
);
