// Lets scripts import the sources of the package, which are TypeScript that becomes CommonJS.
// `scripts/run.mjs` loads this before each script.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const sources = new RegExp(`^${new URL('../(nodes|credentials)/', import.meta.url).href}.*\\.ts$`);
const endings = ['.ts', '/index.ts'];

/** As `tsc` compiles it. TypeScript itself is loaded with the first source, because that takes a while. */
function compiled(url) {
	const { ModuleKind, ScriptTarget, transpileModule } = require('typescript');
	const fileName = fileURLToPath(url);
	const compilerOptions = {
		module: ModuleKind.CommonJS,
		target: ScriptTarget.ES2022,
		esModuleInterop: true,
		inlineSourceMap: true,
	};
	return transpileModule(readFileSync(fileName, 'utf8'), { fileName, compilerOptions }).outputText;
}

registerHooks({
	resolve(specifier, context, nextResolve) {
		if (sources.test(context.parentURL) && specifier.startsWith('.')) {
			const ending = endings.find((each) =>
				existsSync(new URL(specifier + each, context.parentURL)),
			);
			if (ending) return nextResolve(specifier + ending, context);
		}
		return nextResolve(specifier, context);
	},
	load(url, context, nextLoad) {
		if (!sources.test(url)) return nextLoad(url, context);
		return { format: 'commonjs', source: compiled(url), shortCircuit: true };
	},
});
