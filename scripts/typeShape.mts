import { join } from 'node:path';

import ts from 'typescript';

import { ROOT } from './folders.mts';

/** A type as data: `string` for a string, its values for a choice, its keys for an object. */
export function typeShape(file: string, name: string): unknown {
	const path = join(ROOT, file);
	const program = ts.createProgram([path], { strict: true, skipLibCheck: true, types: [] });
	const checker = program.getTypeChecker();
	const source = program.getSourceFile(path);
	const module = source && checker.getSymbolAtLocation(source);
	const symbol = module && checker.getExportsOfModule(module).find((each) => each.name === name);
	if (!symbol) throw new Error(`${file} exports no type ${name}`);

	const shapeOf = (type: ts.Type): unknown => {
		if (type.isStringLiteral() || type.isNumberLiteral()) return type.value;
		if (type.isUnion() && !(type.flags & ts.TypeFlags.Boolean)) {
			return type.types.map(shapeOf).sort(byText);
		}
		if (type.flags & ts.TypeFlags.Object) {
			// An object of the user's own.
			if (checker.getIndexInfosOfType(type).length > 0) return 'object';
			const keys = type.getProperties().map((key) => {
				const isOptional = key.flags & ts.SymbolFlags.Optional;
				return [`${key.name}${isOptional ? '?' : ''}`, shapeOf(checker.getTypeOfSymbol(key))];
			});
			return Object.fromEntries(keys.sort(byText));
		}
		return checker.typeToString(type);
	};
	return shapeOf(checker.getDeclaredTypeOfSymbol(symbol));
}

const byText = (one: unknown, other: unknown) =>
	JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
