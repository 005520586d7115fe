import { Linter } from 'eslint';
import type { ESLint } from 'eslint';
import type { INodeProperties } from 'n8n-workflow';

const plugin = jest.requireActual<ESLint.Plugin>('eslint-plugin-n8n-nodes-base');

/** As n8n's own configuration for community nodes has it. */
const switchedOff = ['n8n-nodes-base/node-param-type-options-max-value-present'];

const { nodes } = plugin.configs as Record<string, Linter.LegacyConfig>;
const rules = Object.fromEntries(
	Object.keys(nodes.rules ?? {})
		.filter((name) => name.startsWith('n8n-nodes-base/node-param-'))
		.filter((name) => !switchedOff.includes(name))
		.map((name) => [name, 'error' as const]),
);

/** The fields as source text; what is built at run time is a mere literal again. */
const asLiteral = (fields: INodeProperties[]) =>
	JSON.stringify(fields, null, '\t').replace(/"([A-Za-z_]\w*)":/g, '$1:');

/** What n8n's rules for parameters say about fields, as `line text: rule: message`. */
export function lintFields(fields: INodeProperties[]): string[] {
	const source = [
		'class Generated {',
		`description = { displayName: 'Generated', name: 'generated', properties: ${asLiteral(fields)} };`,
		'}',
	].join('\n');
	const linter = new Linter();
	const config: Linter.Config = {
		files: ['**/*.ts'],
		plugins: { 'n8n-nodes-base': plugin },
		rules,
	};
	const lines = source.split('\n');
	return linter
		.verify(source, config, { filename: 'nodes/Generated/Generated.node.ts' })
		.map(({ line, ruleId, message }) => `${lines[line - 1].trim()} ${ruleId}: ${message}`);
}
