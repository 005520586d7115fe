const { dest, src } = require('gulp');

/**
 * Copies the icons into the package: nodes and credentials name them by a relative path. It is here,
 * with tsc, in place of `n8n-node build`, which would publish every picture of the repository.
 */
function icons() {
	// Without `encoding: false` gulp 5 reads files as UTF-8 text.
	return src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));
}

exports.icons = icons;
