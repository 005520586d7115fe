const transform = {
	'^.+\\.(ts|mts)$': [
		'@swc/jest',
		{
			jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
			module: { type: 'commonjs' },
		},
	],
};

const project = (displayName, testMatch) => ({
	displayName,
	testMatch,
	transform,
	testEnvironment: 'node',
	globalSetup: '<rootDir>/test/environment.js',
	globalTeardown: '<rootDir>/test/teardown.js',
	moduleFileExtensions: ['ts', 'mts', 'js', 'json'],
	modulePathIgnorePatterns: ['<rootDir>/.cache/', '<rootDir>/dist/', '<rootDir>/output/'],
});

/** unit: sources, in seconds. faults: the matrix of faults, in minutes. package: the packed tarball in n8n's loader. e2e: a real n8n. load: hundreds of jobs at once on it, and on its queue mode. browser: its editor. */
module.exports = {
	testTimeout: 30_000,
	// With --coverage: of what is published, a file without any test included.
	collectCoverageFrom: ['<rootDir>/{nodes,credentials}/**/*.ts'],
	coverageDirectory: '<rootDir>/.cache/reports/coverage',
	coverageReporters: ['text-summary', 'json-summary'],
	projects: [
		project('unit', [
			'<rootDir>/test/{repository,unit,nodes,engine,providers,sandbox,chaos}/**/*.test.mts',
			'!**/faultMatrix/**',
		]),
		project('faults', ['<rootDir>/test/engine/faultMatrix/*.test.mts']),
		project('package', ['<rootDir>/test/package/**/*.test.mts']),
		project('e2e', ['<rootDir>/test/e2e/**/*.test.mts']),
		project('load', ['<rootDir>/test/load/*.test.mts']),
		project('browser', ['<rootDir>/test/browser/**/*.test.mts']),
	],
};
