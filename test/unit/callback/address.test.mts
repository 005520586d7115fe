import { receiverIn } from '../../../nodes/shared/callback/address';

const id = '3f0c1c57-52a8-4f0f-9a5a-3f6b9c0d7e11';

it.each([
	`https://n8n.example.org/webhook/${id}/callback`,
	`https://n8n.example.org/webhook-test/${id}/callback`,
	`https://proxy.example.org/any/other/path/${id}/callback/`,
	`http://127.0.0.1:5678/${id}/callback?more=1`,
])('the trigger of %s is known', (address) => {
	expect(receiverIn(address)).toBe(id);
});

it.each([
	'https://relay.example.org/callback',
	'https://relay.example.org/videos/callback',
	`https://relay.example.org/${id}`,
	`https://relay.example.org/${id}/callback/more`,
	`https://relay.example.org/x${id}/callback`,
	`https://relay.example.org/?to=/${id}/callback`,
])('%s names no trigger', (address) => {
	expect(receiverIn(address)).toBeUndefined();
});
